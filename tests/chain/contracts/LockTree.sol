// SPDX-License-Identifier: GPL-2.0
pragma solidity 0.8.19;

library LockTree {
    function hash(uint256 expiration, uint256 amount, bytes32 secret_hash)
        internal pure returns (bytes32)
    {
        return keccak256(abi.encodePacked(expiration, amount, secret_hash));
    }

    /// The root above a leaf: the proof is the siblings from the leaf upwards,
    /// 32 bytes each, and of every pair the smaller one is hashed first.
    function root(bytes32 lockhash, bytes memory merkle_proof) internal pure returns (bytes32) {
        bytes32 node = lockhash;
        bytes32 sibling;

        require(merkle_proof.length % 32 == 0, "lock: proof length");
        for (uint256 i = 32; i <= merkle_proof.length; i += 32) {
            assembly {
                sibling := mload(add(merkle_proof, i))
            }
            if (node < sibling)
                node = keccak256(abi.encodePacked(node, sibling));
            else
                node = keccak256(abi.encodePacked(sibling, node));
        }
        return node;
    }
}
