// SPDX-License-Identifier: GPL-2.0
pragma solidity 0.8.19;

import "./Channels.sol";
import "./LockTree.sol";

/// From one side's close to the settlement.
abstract contract Closing is Channels {
    event ChannelClosed(bytes32 indexed channel_identifier, address closing_participant,
        bytes32 locksroot, uint256 transferred_amount);
    event BalanceProofUpdated(bytes32 indexed channel_identifier, address participant,
        bytes32 locksroot, uint256 transferred_amount);
    event ChannelUnlocked(bytes32 indexed channel_identifier, address payer_participant,
        bytes32 lockhash, uint256 transferred_amount);
    event ChannelPunished(bytes32 indexed channel_identifier, address beneficiary);
    event ChannelSettled(bytes32 indexed channel_identifier, uint256 participant1_amount,
        uint256 participant2_amount);

    // What partner owes, as he signed it.
    struct BalanceProof {
        address partner;
        uint256 transferred_amount;
        bytes32 locksroot;
        uint64 nonce;
        bytes32 additional_hash;
    }

    struct Lock {
        uint256 expiration;
        uint256 amount;
        bytes32 secret_hash;
    }

    /// Close, with the partner's last proof; nonce 0 is a close without one.
    function prepareSettle(
        address token, address partner, uint256 transferred_amount, bytes32 locksroot,
        uint64 nonce, bytes32 additional_hash, bytes memory signature
    ) external {
        (bytes32 id, Channel storage channel) = find(token, msg.sender, partner);

        require(channel.state == STATE_OPEN, "close: state");
        channel.state = STATE_CLOSED;
        channel.settle_block_number = uint64(block.number) + channel.settle_timeout;
        if (nonce > 0)
            accept(id, channel, BalanceProof(partner, transferred_amount, locksroot, nonce,
                additional_hash), signature);
        emit ChannelClosed(id, msg.sender, locksroot, transferred_amount);
    }

    function updateBalanceProof(
        address token, address partner, uint256 transferred_amount, bytes32 locksroot,
        uint64 nonce, bytes32 additional_hash, bytes memory partner_signature
    ) external {
        (bytes32 id, Channel storage channel) = find(token, msg.sender, partner);

        requireWindow(channel);
        accept(id, channel, BalanceProof(partner, transferred_amount, locksroot, nonce,
            additional_hash), partner_signature);
        emit BalanceProofUpdated(id, partner, locksroot, transferred_amount);
    }

    /// Anyone who has participant's signature over partner's proof; only in the
    /// second half of the window, which leaves participant himself the first.
    function updateBalanceProofDelegate(
        address token, address partner, address participant, uint256 transferred_amount,
        bytes32 locksroot, uint64 nonce, bytes32 additional_hash,
        bytes memory partner_signature, bytes memory participant_signature
    ) external {
        updateFor(token, participant, BalanceProof(partner, transferred_amount, locksroot,
            nonce, additional_hash), partner_signature, participant_signature);
    }

    /// Claim one of partner's locks.  The amount grows, the root stays.
    function unlock(
        address token, address partner, uint256 transferred_amount, uint256 expiration,
        uint256 amount, bytes32 secret_hash, bytes memory merkle_proof
    ) external {
        unlockFor(token, partner, msg.sender, transferred_amount,
            Lock(expiration, amount, secret_hash), merkle_proof);
    }

    function unlockDelegate(
        address token, address partner, address participant, uint256 transferred_amount,
        uint256 expiration, uint256 amount, bytes32 secret_hash, bytes memory merkle_proof,
        bytes memory participant_signature
    ) external {
        Lock memory lock = Lock(expiration, amount, secret_hash);

        requireDelegated(token, partner, participant, lock, participant_signature);
        unlockFor(token, partner, participant, transferred_amount, lock, merkle_proof);
    }

    /// The cheater unlocked what he had signed off: the beneficiary gets everything.
    function punishObsoleteUnlock(
        address token, address beneficiary, address cheater, bytes32 lockhash,
        bytes32 additional_hash, bytes memory cheater_signature
    ) external {
        (bytes32 id, Channel storage channel) = find(token, beneficiary, cheater);
        Participant storage winner = channel.participants[beneficiary];
        Participant storage loser = channel.participants[cheater];
        bytes32 key = lockKey(channel, lockhash);

        require(channel.state == STATE_CLOSED, "punish: state");
        require(winner.unlocked_locks[key], "punish: not unlocked");
        require(recoverAddressFromDisposedProof(id, lockhash, channel.open_block_number,
            additional_hash, cheater_signature) == cheater, "punish: signer");
        delete winner.unlocked_locks[key];
        winner.balance_hash = 0;
        winner.nonce = type(uint64).max;
        winner.deposit += loser.deposit;
        loser.deposit = 0;
        emit ChannelPunished(id, beneficiary);
    }

    /// Anyone may, once the window and the blocks for a punishment are over.
    function settle(
        address token,
        address participant1, uint256 participant1_transferred_amount,
        bytes32 participant1_locksroot,
        address participant2, uint256 participant2_transferred_amount,
        bytes32 participant2_locksroot
    ) external {
        (bytes32 id, Channel storage channel) = find(token, participant1, participant2);

        require(channel.state == STATE_CLOSED, "settle: state");
        require(block.number > uint256(channel.settle_block_number) + punish_block_number,
            "settle: too early");
        require(channel.participants[participant1].balance_hash ==
            balanceHash(participant1_transferred_amount, participant1_locksroot),
            "settle: balance of participant1");
        require(channel.participants[participant2].balance_hash ==
            balanceHash(participant2_transferred_amount, participant2_locksroot),
            "settle: balance of participant2");

        uint256 total = totalDeposit(channel, participant1, participant2);
        uint256 amount = shareOf(channel.participants[participant1].deposit, total,
            participant1_transferred_amount, participant2_transferred_amount);

        remove(id, participant1, participant2);
        pay(token, participant1, amount);
        pay(token, participant2, total - amount);
        emit ChannelSettled(id, amount, total - amount);
    }

    /// min(total, deposit + received - sent), not below 0; exact for any claim.
    function shareOf(uint256 deposit, uint256 total, uint256 sent, uint256 received)
        private pure returns (uint256)
    {
        if (received < sent)
            return sent - received < deposit ? deposit - (sent - received) : 0;
        if (received - sent > total - deposit)
            return total;
        return deposit + (received - sent);
    }

    function requireWindow(Channel storage channel) private view {
        require(channel.state == STATE_CLOSED, "window: state");
        require(block.number <= channel.settle_block_number, "window: over");
    }

    function accept(
        bytes32 id, Channel storage channel, BalanceProof memory proof, bytes memory signature
    ) private {
        Participant storage partner = channel.participants[proof.partner];

        require(proof.nonce > partner.nonce, "proof: nonce");
        require(recoverAddressFromBalanceProof(id, proof.transferred_amount, proof.locksroot,
            proof.nonce, channel.open_block_number, proof.additional_hash, signature) ==
            proof.partner, "proof: signer");
        partner.nonce = proof.nonce;
        partner.balance_hash = balanceHash(proof.transferred_amount, proof.locksroot);
    }

    function updateFor(
        address token, address participant, BalanceProof memory proof,
        bytes memory partner_signature, bytes memory participant_signature
    ) private {
        (bytes32 id, Channel storage channel) = find(token, participant, proof.partner);

        requireWindow(channel);
        require(block.number >= channel.settle_block_number - channel.settle_timeout / 2,
            "delegate: first half of the window");
        require(recoverAddressFromBalanceProofDelegate(id, proof.transferred_amount,
            proof.locksroot, proof.nonce, channel.open_block_number, participant_signature) ==
            participant, "delegate: signer");
        accept(id, channel, proof, partner_signature);
        emit BalanceProofUpdated(id, proof.partner, proof.locksroot, proof.transferred_amount);
    }

    function requireDelegated(
        address token, address partner, address participant, Lock memory lock,
        bytes memory signature
    ) private view {
        (bytes32 id, Channel storage channel) = find(token, participant, partner);

        require(recoverAddressFromUnlockDelegateProof(id, msg.sender, lock.expiration,
            lock.amount, lock.secret_hash, channel.open_block_number, signature) ==
            participant, "delegate: signer");
    }

    function unlockFor(
        address token, address partner, address participant, uint256 transferred_amount,
        Lock memory lock, bytes memory merkle_proof
    ) private {
        (bytes32 id, Channel storage channel) = find(token, participant, partner);
        Participant storage payer = channel.participants[partner];
        bytes32 lockhash = LockTree.hash(lock.expiration, lock.amount, lock.secret_hash);
        bytes32 key = lockKey(channel, lockhash);
        bytes32 locksroot = LockTree.root(lockhash, merkle_proof);

        requireWindow(channel);
        requireRevealed(lock);
        require(payer.balance_hash == balanceHash(transferred_amount, locksroot),
            "unlock: balance");
        require(!payer.unlocked_locks[key], "unlock: again");
        payer.unlocked_locks[key] = true;
        transferred_amount += lock.amount;
        payer.balance_hash = balanceHash(transferred_amount, locksroot);
        emit ChannelUnlocked(id, partner, lockhash, transferred_amount);
    }

    function requireRevealed(Lock memory lock) private view {
        uint256 revealed = secret_registry.getSecretRevealBlockHeight(lock.secret_hash);

        require(revealed > 0 && revealed <= lock.expiration, "unlock: secret");
    }
}
