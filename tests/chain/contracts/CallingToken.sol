// SPDX-License-Identifier: GPL-2.0
pragma solidity 0.8.19;

import "./PlainToken.sol";

interface TokenRecipient {
    function tokenFallback(address from, uint256 value, bytes memory data) external returns (bool);
    function receiveApproval(address from, uint256 value, address token_, bytes memory data)
        external returns (bool);
}

/// ERC-223, and approve-and-call: a deposit in one transaction.
contract CallingToken is PlainToken {
    constructor(string memory name_, string memory symbol_, address[] memory holders,
        uint256 each) PlainToken(name_, symbol_, holders, each) {}

    function transfer(address to, uint256 value, bytes memory data) external returns (bool) {
        move(msg.sender, to, value);
        if (to.code.length > 0)
            TokenRecipient(to).tokenFallback(msg.sender, value, data);
        return true;
    }

    function approveAndCall(address spender, uint256 value, bytes memory data)
        external returns (bool)
    {
        approve(spender, value);
        return TokenRecipient(spender).receiveApproval(msg.sender, value, address(this), data);
    }
}
