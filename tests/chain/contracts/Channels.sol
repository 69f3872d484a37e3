// SPDX-License-Identifier: GPL-2.0
pragma solidity 0.8.19;

import "./Proofs.sol";
import "./SecretRegistry.sol";

interface Token {
    function transfer(address to, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
}

/// What the network keeps of channels, and the questions about it.
abstract contract Channels is Proofs {
    string public constant contract_version = "0.6._";

    uint8 internal constant STATE_NONE = 0;
    uint8 internal constant STATE_OPEN = 1;
    uint8 internal constant STATE_CLOSED = 2;

    struct Participant {
        uint256 deposit;
        // Of what he owes, as his partner has shown it to the contract.
        bytes24 balance_hash;
        uint64 nonce;
        // His locks that his partner has unlocked, by lockKey().
        mapping(bytes32 => bool) unlocked_locks;
    }

    struct Channel {
        uint64 settle_timeout;
        uint64 settle_block_number;
        // Names this life of the channel: every signature is over it.
        uint64 open_block_number;
        uint8 state;
        mapping(address => Participant) participants;
    }

    SecretRegistry public secret_registry;
    uint64 public punish_block_number;
    mapping(bytes32 => Channel) public channels;
    mapping(address => bool) public registered_token;

    constructor(uint256 chain, uint64 punish_blocks) Proofs(chain) {
        punish_block_number = punish_blocks;
        secret_registry = new SecretRegistry();
    }

    function contractExists(address account) public view returns (bool) {
        return account.code.length > 0;
    }

    function getChannelInfo(address token, address participant1, address participant2)
        external view returns (bytes32, uint64, uint64, uint8, uint64)
    {
        bytes32 id = channelIdentifier(token, participant1, participant2, address(this));
        Channel storage channel = channels[id];

        return (id, channel.settle_block_number, channel.open_block_number, channel.state,
            channel.settle_timeout);
    }

    function getChannelInfoByChannelIdentifier(bytes32 channel_identifier)
        external view returns (uint64, uint64, uint8, uint64)
    {
        Channel storage channel = channels[channel_identifier];

        return (channel.settle_block_number, channel.open_block_number, channel.state,
            channel.settle_timeout);
    }

    function getChannelParticipantInfo(address token, address participant, address partner)
        external view returns (uint256, bytes24, uint64)
    {
        (, Channel storage channel) = find(token, participant, partner);
        Participant storage p = channel.participants[participant];

        return (p.deposit, p.balance_hash, p.nonce);
    }

    /// Whether partner has unlocked this lock, which participant had locked for him.
    function queryUnlockedLocks(
        address token, address participant, address partner, bytes32 lockhash
    ) external view returns (bool) {
        (, Channel storage channel) = find(token, participant, partner);

        return channel.participants[participant].unlocked_locks[lockKey(channel, lockhash)];
    }

    function channelIdentifier(address token, address a, address b, address network)
        internal pure returns (bytes32)
    {
        (address lower, address higher) = a < b ? (a, b) : (b, a);

        return keccak256(abi.encodePacked(lower, higher, token, network));
    }

    function find(address token, address a, address b)
        internal view returns (bytes32 id, Channel storage channel)
    {
        id = channelIdentifier(token, a, b, address(this));
        channel = channels[id];
    }

    /// A channel's participants outlive it in a mapping, so its locks are keyed by its life.
    function lockKey(Channel storage channel, bytes32 lockhash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(channel.open_block_number, lockhash));
    }

    function balanceHash(uint256 transferred_amount, bytes32 locksroot)
        internal pure returns (bytes24)
    {
        if (transferred_amount == 0 && locksroot == 0)
            return 0;
        return bytes24(keccak256(abi.encodePacked(locksroot, transferred_amount)));
    }

    function totalDeposit(Channel storage channel, address a, address b)
        internal view returns (uint256)
    {
        return channel.participants[a].deposit + channel.participants[b].deposit;
    }

    /// The channel is gone before any token moves.
    function remove(bytes32 id, address a, address b) internal {
        delete channels[id].participants[a];
        delete channels[id].participants[b];
        delete channels[id];
    }

    function pay(address token, address to, uint256 amount) internal {
        if (amount > 0)
            require(Token(token).transfer(to, amount), "token: transfer");
    }
}
