// SPDX-License-Identifier: GPL-2.0
pragma solidity 0.8.19;

library ECVerify {
    /// Who signed.  As on Spectrum, v may be 0 or 1 as well as 27 or 28, and a
    /// high s is not refused: a Photon peer is stricter than the contract.
    function ecverify(bytes32 digest, bytes memory signature) internal pure returns (address) {
        bytes32 r;
        bytes32 s;
        uint8 v;

        require(signature.length == 65, "signature: length");
        assembly {
            r := mload(add(signature, 32))
            s := mload(add(signature, 64))
            v := byte(0, mload(add(signature, 96)))
        }
        if (v < 27)
            v += 27;
        require(v == 27 || v == 28, "signature: v");
        address signer = ecrecover(digest, v, r, s);
        require(signer != address(0), "signature: nobody's");
        return signer;
    }
}
