// SPDX-License-Identifier: GPL-2.0
pragma solidity 0.8.19;

import "./Closing.sol";

/// Payment channels of all tokens, with the interface and the rules of Photon's
/// contract "0.6._", written anew for the tests: never to be deployed for money.
contract TokensNetwork is Closing {
    uint64 private constant SETTLE_TIMEOUT_MIN = 6;
    uint64 private constant SETTLE_TIMEOUT_MAX = 2700000;

    event TokenNetworkCreated(address indexed token);
    event ChannelOpenedAndDeposit(address indexed token, address participant, address partner,
        uint64 settle_timeout, uint256 participant1_deposit);
    event ChannelNewDeposit(bytes32 indexed channel_identifier, address participant,
        uint256 total_deposit);
    event ChannelCooperativeSettled(bytes32 indexed channel_identifier,
        uint256 participant1_amount, uint256 participant2_amount);
    event ChannelWithdraw(bytes32 indexed channel_identifier, address participant1,
        uint256 participant1_balance, address participant2, uint256 participant2_balance);

    /// The deployed contract has 257 punish blocks; only a test has fewer.
    constructor(uint256 chain, uint64 punish_blocks) Channels(chain, punish_blocks) {}

    /// Open a channel, or add to it.  Anyone may deposit for anyone.
    function deposit(
        address token, address participant, address partner, uint256 amount,
        uint64 settle_timeout
    ) external {
        collect(token, msg.sender, amount);
        credit(token, participant, partner, amount, settle_timeout);
    }

    /// ERC-223: the value has been transferred already.
    function tokenFallback(address, uint256 value, bytes memory data) external returns (bool) {
        creditEncoded(msg.sender, value, data);
        return true;
    }

    /// Approve and call: the value is approved.
    function receiveApproval(address from, uint256 value, address token_, bytes memory data)
        external returns (bool)
    {
        collect(token_, from, value);
        creditEncoded(token_, value, data);
        return true;
    }

    /// Both agree on who gets what; anyone may submit it.
    function cooperativeSettle(
        address token, address participant1, uint256 participant1_balance,
        address participant2, uint256 participant2_balance,
        bytes memory participant1_signature, bytes memory participant2_signature
    ) external {
        (bytes32 id, Channel storage channel) = find(token, participant1, participant2);
        uint64 life = channel.open_block_number;

        require(channel.state == STATE_OPEN, "cooperative: state");
        require(participant1_balance + participant2_balance ==
            totalDeposit(channel, participant1, participant2), "cooperative: sum");
        require(recoverAddressFromCooperativeSettleSignature(id, participant1,
            participant1_balance, participant2, participant2_balance, life,
            participant1_signature) == participant1, "cooperative: signer 1");
        require(recoverAddressFromCooperativeSettleSignature(id, participant1,
            participant1_balance, participant2, participant2_balance, life,
            participant2_signature) == participant2, "cooperative: signer 2");
        remove(id, participant1, participant2);
        pay(token, participant1, participant1_balance);
        pay(token, participant2, participant2_balance);
        emit ChannelCooperativeSettled(id, participant1_balance, participant2_balance);
    }

    /// Pay participant a part of his balance out of the open channel, which begins
    /// anew: every signature so far is void.  Anyone may submit it, at any time.
    function withDraw(
        address token, address participant, address partner, uint256 participant_balance,
        uint256 participant_withdraw, bytes memory participant_signature,
        bytes memory partner_signature
    ) external {
        (bytes32 id, Channel storage channel) = find(token, participant, partner);
        uint64 life = channel.open_block_number;
        uint256 total = totalDeposit(channel, participant, partner);

        require(channel.state == STATE_OPEN, "withdraw: state");
        require(participant_balance <= total, "withdraw: balance");
        require(participant_withdraw <= participant_balance, "withdraw: amount");
        require(recoverAddressFromWithdrawProof(id, participant, participant_balance,
            participant_withdraw, life, participant_signature) == participant,
            "withdraw: signer");
        require(recoverAddressFromWithdrawProof(id, participant, participant_balance,
            participant_withdraw, life, partner_signature) == partner,
            "withdraw: partner's signer");
        begin(channel, participant, participant_balance - participant_withdraw);
        begin(channel, partner, total - participant_balance);
        pay(token, participant, participant_withdraw);
        emit ChannelWithdraw(id, participant, participant_balance - participant_withdraw,
            partner, total - participant_balance);
    }

    function begin(Channel storage channel, address account, uint256 amount) private {
        Participant storage p = channel.participants[account];

        channel.open_block_number = uint64(block.number);
        p.deposit = amount;
        p.balance_hash = 0;
        p.nonce = 0;
    }

    function collect(address token, address from, uint256 amount) private {
        require(contractExists(token), "deposit: no token");
        require(Token(token).transferFrom(from, address(this), amount), "deposit: transferFrom");
    }

    function creditEncoded(address token, uint256 amount, bytes memory data) private {
        require(data.length == 96, "deposit: data");
        (address participant, address partner, uint64 settle_timeout) =
            abi.decode(data, (address, address, uint64));
        credit(token, participant, partner, amount, settle_timeout);
    }

    function credit(
        address token, address participant, address partner, uint256 amount,
        uint64 settle_timeout
    ) private {
        (bytes32 id, Channel storage channel) = find(token, participant, partner);

        require(amount > 0, "deposit: amount");
        if (channel.state == STATE_NONE) {
            open(token, participant, partner, settle_timeout, channel);
            channel.participants[participant].deposit = amount;
            emit ChannelOpenedAndDeposit(token, participant, partner, settle_timeout, amount);
        } else {
            require(channel.state == STATE_OPEN, "deposit: state");
            amount += channel.participants[participant].deposit;
            channel.participants[participant].deposit = amount;
            emit ChannelNewDeposit(id, participant, amount);
        }
    }

    function open(
        address token, address participant, address partner, uint64 settle_timeout,
        Channel storage channel
    ) private {
        require(participant != address(0) && partner != address(0) && participant != partner,
            "open: participants");
        require(settle_timeout >= SETTLE_TIMEOUT_MIN && settle_timeout <= SETTLE_TIMEOUT_MAX,
            "open: settle timeout");
        if (!registered_token[token]) {
            registered_token[token] = true;
            emit TokenNetworkCreated(token);
        }
        channel.state = STATE_OPEN;
        channel.open_block_number = uint64(block.number);
        channel.settle_timeout = settle_timeout;
    }
}
