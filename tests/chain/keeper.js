// SPDX-License-Identifier: GPL-2.0
// Keeps one chain until it is told to stop or its owner has ended.  FILE, mode 0600,
// is JSON:
//
//   rpc             "http://ADDRESS:PORT"
//   pid             of this process: SIGSTOP is an endpoint that hangs
//   chain_id        of eth_chainId, net_version and the contract's chain_id()
//   punish_blocks   of punish_block_number()
//   contracts       { tokens_network, secret_registry, erc20, erc223, smt }: addresses
//   accounts        [{ address, private_key }]: the same ten on every chain, nonce 1,
//                   each with 1,000,000 coins less its first fee, and 1,000,000
//                   of erc20 and of erc223
//
// As a real node's, its answer to a transaction does not wait for the block.
// Blocks are those of Byzantium: no base fee, legacy transactions only.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const ganache = require('ganache');
const { Interface, SigningKey, computeAddress } = require('ethers');
const { contracts } = require('./compile.js');

const ACCOUNTS = 10;
const COINS_WEI = 1000000n * 10n ** 18n;
const GAS_PRICE_WEI = 18000000000;
const OWNER_EVERY_MS = 500;

function account(name) {
	const private_key = '0x' + crypto.createHash('sha256')
		.update(`tokenswitch test chain ${name}`).digest('hex');

	return { address: computeAddress(new SigningKey(private_key)).toLowerCase(), private_key };
}

// When a process started, in ticks since boot: its number may be given again.
function startOf(pid) {
	try {
		const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');

		return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
	} catch (e) {
		return null;
	}
}

function serve(settings, accounts) {
	return ganache.server({
		chain: {
			chainId: settings.chain_id,
			networkId: settings.chain_id,
			hardfork: 'byzantium',
		},
		wallet: {
			accounts: accounts.map((a) => ({
				secretKey: a.private_key,
				balance: '0x' + COINS_WEI.toString(16),
			})),
		},
		miner: { instamine: 'strict', defaultGasPrice: GAS_PRICE_WEI },
		database: { dbPath: settings.file + '.db' },
		logging: { quiet: true },
	});
}

async function mined(provider, transaction) {
	const hash = await provider.request({ method: 'eth_sendTransaction', params: [transaction] });

	for (;;) {
		const receipt = await provider.request({
			method: 'eth_getTransactionReceipt', params: [hash],
		});

		if (receipt && receipt.status !== '0x1')
			throw new Error(`a transaction of ${transaction.from} failed`);
		if (receipt)
			return receipt;
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

// Ganache reads nonce 0 of a raw transaction as "none given" and takes it again and
// again, so the first one of every account is used up here.
async function useFirstNonce(provider, accounts) {
	for (const { address } of accounts)
		await mined(provider, { from: address, to: address, gas: '0x5208' });
}

// The deployer is none of the accounts that the tests are given.
async function deploy(provider, from, settings, accounts) {
	const compiled = contracts(settings.kept);
	const holders = accounts.map((a) => a.address);
	const create = async (name, args) => {
		const { abi, bytecode } = compiled[name];
		const data = bytecode + new Interface(abi).encodeDeploy(args).slice(2);

		return (await mined(provider, { from, data, gas: '0x700000' })).contractAddress;
	};
	const network = await create('TokensNetwork', [settings.chain_id, settings.punish_blocks]);
	const registry = await provider.request({
		method: 'eth_call',
		params: [{ to: network, data: '0x24d73a93' }, 'latest'],
	});

	return {
		tokens_network: network,
		secret_registry: '0x' + registry.slice(26),
		erc20: await create('PlainToken', ['Mesh', 'MESH', holders, COINS_WEI]),
		erc223: await create('CallingToken', ['Calling', 'CALL', holders, COINS_WEI]),
		smt: await create('SMTToken', [network]),
	};
}

// Return: whether "chain start" was still there to hear it.
function tell(message) {
	return new Promise((resolve) => process.connected ?
		process.send(message, (error) => resolve(!error)) : resolve(false));
}

async function keep(settings) {
	const born = startOf(settings.owner);

	if (born === null) {
		await tell({ error: `there is no process ${settings.owner}` });
		process.exit(1);
	}
	const accounts = [...Array(ACCOUNTS).keys()].map((i) => account(`account ${i}`));
	const deployer = account('deployer');
	const server = serve(settings, [...accounts, deployer]);
	const listening = server.listen(0, settings.listen);
	let ending = false;
	const end = async (status) => {
		if (ending)
			return;
		ending = true;
		// What is still being opened cannot be closed, and would be left.
		await listening.catch(() => {});
		await server.close().catch(() => {});
		fs.rmSync(settings.file, { force: true });
		fs.rmSync(settings.file + '.db', { recursive: true, force: true });
		process.exit(status);
	};

	for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
		process.on(signal, () => end(0));
	setInterval(() => {
		if (startOf(settings.owner) !== born)
			end(0);
	}, OWNER_EVERY_MS);
	try {
		await listening;
		await useFirstNonce(server.provider, accounts);
		const made = await deploy(server.provider, deployer.address, settings, accounts);

		fs.writeFileSync(settings.file + '.new', JSON.stringify({
			rpc: `http://${settings.listen}:${server.address().port}`,
			pid: process.pid,
			chain_id: settings.chain_id,
			punish_blocks: settings.punish_blocks,
			contracts: made,
			accounts,
		}, null, '\t') + '\n', { mode: 0o600 });
		fs.renameSync(settings.file + '.new', settings.file);
		if (!await tell({}))
			await end(1);
	} catch (e) {
		await tell({ error: e.message });
		await end(1);
	}
}

process.once('message', keep);
