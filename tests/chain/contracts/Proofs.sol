// SPDX-License-Identifier: GPL-2.0
pragma solidity 0.8.19;

import "./ECVerify.sol";

/// The six forms that are signed for the contract.  Each is the prefix, the
/// length of the fields in three digits, and the fields packed.
/// Two weaknesses are kept, because the deployed contract has them: a cooperative
/// settle and a balance proof differ in nothing but their content (both "176"),
/// and a withdrawal carries neither nonce nor expiry.
abstract contract Proofs {
    string public constant signature_prefix = "\x19Spectrum Signed Message:\n";
    uint256 public chain_id;

    constructor(uint256 chain) {
        require(chain > 0, "chain id");
        chain_id = chain;
    }

    function recoverAddressFromBalanceProof(
        bytes32 channel_identifier, uint256 transferred_amount, bytes32 locksroot, uint64 nonce,
        uint64 open_block_number, bytes32 additional_hash, bytes memory signature
    ) internal view returns (address) {
        return ECVerify.ecverify(keccak256(abi.encodePacked(
            signature_prefix, "176", transferred_amount, locksroot, nonce, additional_hash,
            channel_identifier, open_block_number, chain_id)), signature);
    }

    function recoverAddressFromBalanceProofDelegate(
        bytes32 channel_identifier, uint256 transferred_amount, bytes32 locksroot, uint64 nonce,
        uint64 open_block_number, bytes memory signature
    ) internal view returns (address) {
        return ECVerify.ecverify(keccak256(abi.encodePacked(
            signature_prefix, "144", transferred_amount, locksroot, nonce,
            channel_identifier, open_block_number, chain_id)), signature);
    }

    function recoverAddressFromCooperativeSettleSignature(
        bytes32 channel_identifier, address participant1, uint256 participant1_balance,
        address participant2, uint256 participant2_balance, uint64 open_block_number,
        bytes memory signature
    ) internal view returns (address) {
        return ECVerify.ecverify(keccak256(abi.encodePacked(
            signature_prefix, "176", participant1, participant1_balance, participant2,
            participant2_balance, channel_identifier, open_block_number, chain_id)), signature);
    }

    function recoverAddressFromWithdrawProof(
        bytes32 channel_identifier, address participant, uint256 participant_balance,
        uint256 participant_withdraw, uint64 open_block_number, bytes memory signature
    ) internal view returns (address) {
        return ECVerify.ecverify(keccak256(abi.encodePacked(
            signature_prefix, "156", participant, participant_balance, participant_withdraw,
            channel_identifier, open_block_number, chain_id)), signature);
    }

    function recoverAddressFromDisposedProof(
        bytes32 channel_identifier, bytes32 lockhash, uint64 open_block_number,
        bytes32 additional_hash, bytes memory signature
    ) internal view returns (address) {
        return ECVerify.ecverify(keccak256(abi.encodePacked(
            signature_prefix, "136", lockhash, channel_identifier, open_block_number, chain_id,
            additional_hash)), signature);
    }

    function recoverAddressFromUnlockDelegateProof(
        bytes32 channel_identifier, address delegatee, uint256 expiration, uint256 amount,
        bytes32 secret_hash, uint64 open_block_number, bytes memory signature
    ) internal view returns (address) {
        return ECVerify.ecverify(keccak256(abi.encodePacked(
            signature_prefix, "188", delegatee, expiration, amount, secret_hash,
            channel_identifier, open_block_number, chain_id)), signature);
    }
}
