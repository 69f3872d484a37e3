// SPDX-License-Identifier: GPL-2.0
// The interface is the documented one, and nothing more.
'use strict';

const assert = require('assert');

const NETWORK = {
	e1b77e4e: 'deposit(address,address,address,uint256,uint64)',
	'5b7d6661': 'prepareSettle(address,address,uint256,bytes32,uint64,bytes32,bytes)',
	'560bf6b7': 'updateBalanceProof(address,address,uint256,bytes32,uint64,bytes32,bytes)',
	be7c380e: 'updateBalanceProofDelegate(address,address,address,uint256,bytes32,uint64,' +
		'bytes32,bytes,bytes)',
	'635bbe0a': 'settle(address,address,uint256,bytes32,address,uint256,bytes32)',
	c9c598e4: 'cooperativeSettle(address,address,uint256,address,uint256,bytes,bytes)',
	'2fb2dae8': 'withDraw(address,address,address,uint256,uint256,bytes,bytes)',
	'928798f2': 'unlock(address,address,uint256,uint256,uint256,bytes32,bytes)',
	'343461b2': 'unlockDelegate(address,address,address,uint256,uint256,uint256,bytes32,' +
		'bytes,bytes)',
	ed04a068: 'punishObsoleteUnlock(address,address,address,bytes32,bytes32,bytes)',
	'385cb489': 'getChannelInfo(address,address,address)',
	'9fe5b187': 'getChannelInfoByChannelIdentifier(bytes32)',
	f28591c3: 'getChannelParticipantInfo(address,address,address)',
	'2c3ddceb': 'queryUnlockedLocks(address,address,address,bytes32)',
	c0ee0b8a: 'tokenFallback(address,uint256,bytes)',
	'8f4ffcb1': 'receiveApproval(address,uint256,address,bytes)',
	'3af973b1': 'chain_id()',
	b32c65c8: 'contract_version()',
	'87234237': 'signature_prefix()',
	'9375cff2': 'punish_block_number()',
	'24d73a93': 'secret_registry()',
	'7541085c': 'registered_token(address)',
	'7a7ebd7b': 'channels(bytes32)',
	'7709bc78': 'contractExists(address)',
};
const REGISTRY = {
	'12ad8bfc': 'registerSecret(bytes32)',
	c1f62946: 'getSecretRevealBlockHeight(bytes32)',
	'97340309': 'secrethash_to_block(bytes32)',
};
const EVENTS = {
	'5210099284eeab0088ae17e05fea8ee641c34757be9270872d6404ba6dcbe003':
		'TokenNetworkCreated(address indexed)',
	c3a8dbc3d2c201f4a985c395dff13cbcf880e0652f34061448c3363c23a9d2db:
		'ChannelOpenedAndDeposit(address indexed,address,address,uint64,uint256)',
	'0346e981e2bfa2366dc2307a8f1fa24779830a01121b1275fe565c6b98bb4d34':
		'ChannelNewDeposit(bytes32 indexed,address,uint256)',
	'69610baaace24c039f891a11b42c0b1df1496ab0db38b0c4ee4ed33d6d53da1a':
		'ChannelClosed(bytes32 indexed,address,bytes32,uint256)',
	'910c9237f4197a18340110a181e8fb775496506a007a94b46f9f80f2a35918f9':
		'BalanceProofUpdated(bytes32 indexed,address,bytes32,uint256)',
	'9e3b094fde58f3a83bd8b77d0a995fdb71f3169c6fa7e6d386e9f5902841e5ff':
		'ChannelUnlocked(bytes32 indexed,address,bytes32,uint256)',
	a913b8478dcdecf113bad71030afc079c268eb9abc88e45615f438824127ae00:
		'ChannelPunished(bytes32 indexed,address)',
	f94fb5c0628a82dc90648e8dc5e983f632633b0d26603d64e8cc042ca0790aa4:
		'ChannelSettled(bytes32 indexed,uint256,uint256)',
	fb2f4bc0fb2e0f1001f78d15e81a2e1981f262d31e8bd72309e26cc63bf7bb02:
		'ChannelCooperativeSettled(bytes32 indexed,uint256,uint256)',
	dc5ff4ab383e66679a382f376c0e80534f51f3f3a398add646422cd81f5f815d:
		'ChannelWithdraw(bytes32 indexed,address,uint256,address,uint256)',
};
const REVEALED = {
	'9b7ddc883342824bd7ddbff103e7a69f8f2e60b96c075cd1b8b8b9713ecc75a4':
		'SecretRevealed(bytes32 indexed)',
};
const ANSWERS = {
	getChannelInfo: 'bytes32,uint64,uint64,uint8,uint64',
	getChannelInfoByChannelIdentifier: 'uint64,uint64,uint8,uint64',
	getChannelParticipantInfo: 'uint256,bytes24,uint64',
	queryUnlockedLocks: 'bool',
	chain_id: 'uint256',
	contract_version: 'string',
	signature_prefix: 'string',
	punish_block_number: 'uint64',
	secret_registry: 'address',
	registered_token: 'bool',
	contractExists: 'bool',
};

function functions(abi) {
	const found = {};

	abi.forEachFunction((f) => { found[f.selector.slice(2)] = f.format('sighash'); });
	return found;
}

function events(abi) {
	const found = {};

	abi.forEachEvent((e) => {
		found[e.topicHash.slice(2)] = `${e.name}(${e.inputs.map((i) =>
			i.type + (i.indexed ? ' indexed' : '')).join(',')})`;
	});
	return found;
}

function answers(abi) {
	const found = {};

	for (const name of Object.keys(ANSWERS))
		found[name] = abi.getFunction(name).outputs.map((o) => o.type).join(',');
	return found;
}

module.exports = [
	['every selector of TokensNetwork, and no other', (net) =>
		assert.deepEqual(functions(net.at.tokens_network.abi), NETWORK)],
	['every event of TokensNetwork, and no other', (net) =>
		assert.deepEqual(events(net.at.tokens_network.abi), EVENTS)],
	['what TokensNetwork answers', (net) =>
		assert.deepEqual(answers(net.at.tokens_network.abi), ANSWERS)],
	['selectors and event of SecretRegistry', (net) => {
		assert.deepEqual(functions(net.at.secret_registry.abi), REGISTRY);
		assert.deepEqual(events(net.at.secret_registry.abi), REVEALED);
	}],
	['the ways to pay: buyAndTransfer and transfer with data', (net) => {
		assert.equal(functions(net.at.smt.abi).b6b69796, 'buyAndTransfer(bytes)');
		assert.equal(functions(net.at.erc223.abi).be45fd62,
			'transfer(address,uint256,bytes)');
		assert.equal(functions(net.at.erc20.abi).be45fd62, undefined);
		assert.equal(net.at.erc20.abi.getFunction('approveAndCall'), null);
	}],
	['the constants', async (net) => {
		const ask = (name) => net.call('tokens_network', name);

		assert.equal(await ask('chain_id'), 8888n);
		assert.equal(await ask('contract_version'), '0.6._');
		assert.equal(await ask('signature_prefix'), '\x19Spectrum Signed Message:\n');
		assert.equal(await ask('punish_block_number'), 257n);
		assert.equal(await ask('secret_registry'), net.contracts.secret_registry);
		assert.equal(await net.rpc('net_version', []), '8888');
		assert.equal(await net.rpc('eth_chainId', []), '0x22b8');
	}],
	['a contract is told from an account', async (net) => {
		const is = (address) => net.call('tokens_network', 'contractExists', [address]);

		assert.equal(await is(net.network), true);
		assert.equal(await is(net.accounts[0].address), false);
	}],
];
