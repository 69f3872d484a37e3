// SPDX-License-Identifier: GPL-2.0
pragma solidity 0.8.19;

/// When a lock's secret became public.  Keyed by SHA-256, unlike all other hashes.
contract SecretRegistry {
    mapping(bytes32 => uint256) public secrethash_to_block;

    event SecretRevealed(bytes32 indexed secret);

    /// The first registration counts; another one changes nothing.
    function registerSecret(bytes32 secret) external returns (bool) {
        bytes32 secrethash = sha256(abi.encodePacked(secret));

        if (secrethash_to_block[secrethash] != 0)
            return false;
        secrethash_to_block[secrethash] = block.number;
        emit SecretRevealed(secret);
        return true;
    }

    function getSecretRevealBlockHeight(bytes32 secrethash) external view returns (uint256) {
        return secrethash_to_block[secrethash];
    }
}
