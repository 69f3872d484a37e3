// SPDX-License-Identifier: GPL-2.0
pragma solidity 0.8.19;

import "./CallingToken.sol";

/// The native coin as a token: only the network ever holds it, and what the
/// network pays out is native coin again.  A node knows it by its name.
contract SMTToken {
    string public constant name = "SMTToken";
    string public constant symbol = "SMT";
    uint8 public constant decimals = 18;
    address public network;

    event Transfer(address indexed from, address indexed to, uint256 value);

    constructor(address network_) {
        network = network_;
    }

    function totalSupply() external view returns (uint256) {
        return address(this).balance;
    }

    function balanceOf(address account) external view returns (uint256) {
        return account == network ? address(this).balance : 0;
    }

    function allowance(address, address) external pure returns (uint256) {
        return 0;
    }

    function buyAndTransfer(bytes memory data) external payable {
        emit Transfer(msg.sender, network, msg.value);
        TokenRecipient(network).tokenFallback(msg.sender, msg.value, data);
    }

    function transfer(address to, uint256 value) external returns (bool) {
        require(msg.sender == network, "SMT: only the network");
        emit Transfer(msg.sender, to, value);
        (bool paid, ) = to.call{value: value}("");
        require(paid, "SMT: not paid");
        return true;
    }

    function approve(address, uint256) external pure returns (bool) {
        revert("SMT: no approve");
    }

    function transferFrom(address, address, uint256) external pure returns (bool) {
        revert("SMT: no transferFrom");
    }
}
