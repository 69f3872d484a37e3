// SPDX-License-Identifier: GPL-2.0
pragma solidity 0.8.19;

import "./TokensNetwork.sol";

/// The network's own recovery and hashes, open to the vectors.
contract ProofProbe is TokensNetwork {
    constructor(uint256 chain) TokensNetwork(chain, 257) {}

    function balanceProof(
        bytes32 channel_identifier, uint256 transferred_amount, bytes32 locksroot, uint64 nonce,
        uint64 open_block_number, bytes32 additional_hash, bytes memory signature
    ) external view returns (address) {
        return recoverAddressFromBalanceProof(channel_identifier, transferred_amount, locksroot,
            nonce, open_block_number, additional_hash, signature);
    }

    function balanceProofDelegate(
        bytes32 channel_identifier, uint256 transferred_amount, bytes32 locksroot, uint64 nonce,
        uint64 open_block_number, bytes memory signature
    ) external view returns (address) {
        return recoverAddressFromBalanceProofDelegate(channel_identifier, transferred_amount,
            locksroot, nonce, open_block_number, signature);
    }

    function cooperativeSettleOf(
        bytes32 channel_identifier, address participant1, uint256 participant1_balance,
        address participant2, uint256 participant2_balance, uint64 open_block_number,
        bytes memory signature
    ) external view returns (address) {
        return recoverAddressFromCooperativeSettleSignature(channel_identifier, participant1,
            participant1_balance, participant2, participant2_balance, open_block_number,
            signature);
    }

    function withdrawOf(
        bytes32 channel_identifier, address participant, uint256 participant_balance,
        uint256 participant_withdraw, uint64 open_block_number, bytes memory signature
    ) external view returns (address) {
        return recoverAddressFromWithdrawProof(channel_identifier, participant,
            participant_balance, participant_withdraw, open_block_number, signature);
    }

    function disposed(
        bytes32 channel_identifier, bytes32 lockhash, uint64 open_block_number,
        bytes32 additional_hash, bytes memory signature
    ) external view returns (address) {
        return recoverAddressFromDisposedProof(channel_identifier, lockhash, open_block_number,
            additional_hash, signature);
    }

    function unlockDelegateOf(
        bytes32 channel_identifier, address delegatee, uint256 expiration, uint256 amount,
        bytes32 secret_hash, uint64 open_block_number, bytes memory signature
    ) external view returns (address) {
        return recoverAddressFromUnlockDelegateProof(channel_identifier, delegatee, expiration,
            amount, secret_hash, open_block_number, signature);
    }

    function identifier(address token, address a, address b, address network)
        external pure returns (bytes32)
    {
        return channelIdentifier(token, a, b, network);
    }

    function lockHash(uint256 expiration, uint256 amount, bytes32 secret_hash)
        external pure returns (bytes32)
    {
        return LockTree.hash(expiration, amount, secret_hash);
    }

    function lockRoot(bytes32 lockhash, bytes memory merkle_proof)
        external pure returns (bytes32)
    {
        return LockTree.root(lockhash, merkle_proof);
    }
}
