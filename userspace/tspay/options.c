// SPDX-License-Identifier: GPL-2.0
/* options.c - the command line of tspay. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "photon/memo.h"
#include "tspay/options.h"

/* As nearly every token has it, SMT too. */
#define DECIMALS_DEFAULT 18
/* The box's own limit (chain.tokens). */
#define DECIMALS_MAX 36

/* Return: 1, for there is nothing more to do. */
static int usage(void)
{
	printf(
"Usage: tspay [OPTIONS] URL            watch the session and pay to stay online\n"
"       tspay [OPTIONS] --once AMOUNT URL    pay once and end\n"
"       tspay [OPTIONS] --once AMOUNT --udp HOST:PORT --channel FILE\n"
"                                      pay any Photon node, without HTTP\n"
"       tspay [OPTIONS] --once AMOUNT --discover --channel FILE\n"
"                                      the same, wherever on this link it is\n"
"       tspay [OPTIONS] --attach CODE URL    take what was paid for CODE along\n"
"       tspay [OPTIONS] refund [AMOUNT] URL  have back what is paid and not used\n"
"       tspay [OPTIONS] roam [AMOUNT] URL    go on here with what another box was paid\n"
"       tspay [OPTIONS] sponsor MAC AMOUNT DATE URL    pay for another station, up to that\n"
"       tspay [OPTIONS] sponsor --end MAC URL, sponsor URL    no more; and for whom we do\n"
"       tspay [OPTIONS] channel list|show     what the purses have, without a network\n"
"       tspay [OPTIONS] channel open|deposit AMOUNT [URL]\n"
"       tspay [OPTIONS] channel withdraw [AMOUNT] URL\n"
"       tspay [OPTIONS] channel settle|close|watch [URL]\n"
"       tspay [--key FILE] [--passphrase SRC] key new|address|import KEYSTORE|\n"
"             export --v3 KEYSTORE     the wallet's key; KEYSTORE is Ethereum's file\n"
"\n"
"URL is the box, such as http://192.0.2.1:2050. AMOUNT is in tokens (0.25) or in\n"
"the smallest unit (250000wei); a token has 18 decimals unless --decimals says else.\n"
"\n"
"  -k, --key FILE          the wallet's key  (~/.config/tspay/key.json)\n"
"  -p, --passphrase SRC    file:PATH, fd:N or prompt  (prompt)\n"
"      --v3-passphrase SRC that of KEYSTORE, if it is another\n"
"  -s, --state DIR         what was paid so far  (~/.local/state/tspay)\n"
"  -S, --session CODE      pay for this session instead of this station's\n"
"  -u, --udp [HOST:PORT]   pay over UDP; without a value to the box's own port\n"
"  -D, --discover          pay over UDP to where the node answers on this link\n"
"  -C, --channel FILE      the channel as JSON instead of asking the box\n"
"  -l, --low BYTES         pay when less than this is left  (20M)\n"
"  -b, --step BYTES        buy this much at a time  (50M)\n"
"  -o, --once AMOUNT       pay once and end\n"
"  -c, --cap-hour AMOUNT   spend at most this in any hour  (required to watch)\n"
"  -m, --max-price AMOUNT  pay no more than this for a GB (10^9 bytes)\n"
"  -t, --token SYMBOL      pay in this token of the box instead of its first\n"
"  -d, --decimals N        of the token  (18)\n"
"  -a, --attach CODE       what this wallet paid for the session CODE is for this\n"
"                          station from now on\n"
"  -L, --limit AMOUNT      but no more than this of it\n"
"  -n, --node ADDRESS      the channel with this box or node, where URL does not say it\n"
"  -r, --rpc URL           a node of the chain  (that of the chain's file)\n"
"      --chain FILE        which chain and contracts  (~/.config/tspay/chain.json)\n"
"  -j, --json              channel verbs: tell it as JSON, a step a line\n"
"  -V, --version           print the version\n"
"  -h, --help              print this\n");
	return 1;
}

/* Not the whole help, which would push away what was wrong. Return: 2 */
static int wrong(const char *what)
{
	fprintf(stderr, "tspay: %s; 'tspay --help' shows how\n", what);
	return 2;
}

static bool parse_bytes(const char *name, const char *text, uint64_t *out)
{
	static const char units[] = "kMG";
	unsigned long long v;
	uint64_t factor = 1;
	char *end;

	errno = 0;
	v = strtoull(text, &end, 10);
	if (*end && strchr(units, *end) && !end[1]) {
		factor = *end == 'k' ? 1000 : *end == 'M' ? 1000000 : 1000000000;
		end++;
	}
	if (*text < '0' || *text > '9' || *end || errno ||
	    __builtin_mul_overflow((uint64_t)v, factor, out) || !*out) {
		fprintf(stderr, "tspay: --%s '%s' is not a number of bytes such as 500k, 20M or 1G\n",
			name, text);
		return false;
	}
	return true;
}

static bool parse_decimals(const char *text, unsigned int *out)
{
	char *end;
	long v = strtol(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || v > DECIMALS_MAX) {
		fprintf(stderr, "tspay: --decimals '%s' is not a number from 0 to %d\n",
			text, DECIMALS_MAX);
		return false;
	}
	*out = (unsigned int)v;
	return true;
}

/* XDG base directories, or their defaults below the home directory. */
static char *below(const char *variable, const char *fallback, const char *name)
{
	const char *base = getenv(variable), *home = getenv("HOME");
	char *path = NULL;
	int ret;

	if (base && *base == '/')
		ret = asprintf(&path, "%s/tspay%s", base, name);
	else
		ret = asprintf(&path, "%s/%s/tspay%s", home ? home : "", fallback, name);
	return ret < 0 ? NULL : path;
}

/* Options that have no letter. */
enum {
	OPT_V3 = 256,
	OPT_V3_PASSPHRASE,
	OPT_CHAIN,
	OPT_END,
};

static const struct option long_options[] = {
	{ "key", required_argument, NULL, 'k' },
	{ "passphrase", required_argument, NULL, 'p' },
	{ "state", required_argument, NULL, 's' },
	{ "session", required_argument, NULL, 'S' },
	{ "udp", optional_argument, NULL, 'u' },
	{ "discover", no_argument, NULL, 'D' },
	{ "channel", required_argument, NULL, 'C' },
	{ "low", required_argument, NULL, 'l' },
	{ "step", required_argument, NULL, 'b' },
	{ "cap-hour", required_argument, NULL, 'c' },
	{ "max-price", required_argument, NULL, 'm' },
	{ "once", required_argument, NULL, 'o' },
	{ "token", required_argument, NULL, 't' },
	{ "decimals", required_argument, NULL, 'd' },
	{ "attach", required_argument, NULL, 'a' },
	{ "limit", required_argument, NULL, 'L' },
	{ "v3", required_argument, NULL, OPT_V3 },
	{ "v3-passphrase", required_argument, NULL, OPT_V3_PASSPHRASE },
	{ "node", required_argument, NULL, 'n' },
	{ "rpc", required_argument, NULL, 'r' },
	{ "chain", required_argument, NULL, OPT_CHAIN },
	{ "end", no_argument, NULL, OPT_END },
	{ "json", no_argument, NULL, 'j' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* Return: 0 go on, 1 done, 2 wrong use. */
static int take(struct options *o, int opt, char *value, int argc, char **argv)
{
	switch (opt) {
	case 'k':
		free(o->key_file);
		o->key_file = strdup(value);
		return o->key_file ? 0 : 2;
	case 's':
		free(o->state_dir);
		o->state_dir = strdup(value);
		return o->state_dir ? 0 : 2;
	case OPT_CHAIN:
		free(o->chain_file);
		o->chain_file = strdup(value);
		return o->chain_file ? 0 : 2;
	case OPT_END:
		o->end = true;
		return 0;
	case 'n':
		o->partner = value;
		return 0;
	case 'r':
		o->rpc = value;
		return 0;
	case 'j':
		o->json = true;
		return 0;
	case 'p':
		o->passphrase = value;
		return 0;
	case OPT_V3:
		o->keystore = value;
		return 0;
	case OPT_V3_PASSPHRASE:
		o->keystore_passphrase = value;
		return 0;
	case 'S':
		o->code = value;
		return 0;
	case 'u':
		/* "--udp HOST:PORT" as well as "--udp=HOST:PORT" */
		if (!value && optind < argc && argv[optind][0] != '-' &&
		    !strstr(argv[optind], "://"))
			value = argv[optind++];
		o->udp = value ? value : "";
		return 0;
	case 'D':
		o->discover = true;
		return 0;
	case 'C':
		o->channel_file = value;
		return 0;
	case 'l':
		return parse_bytes("low", value, &o->policy.low_bytes) ? 0 : 2;
	case 'b':
		return parse_bytes("step", value, &o->policy.step_bytes) ? 0 : 2;
	case 'c':
		o->cap_hour = value;
		return 0;
	case 'm':
		o->max_price = value;
		return 0;
	case 'o':
		o->once = value;
		return 0;
	case 't':
		o->token = value;
		return 0;
	case 'd':
		return parse_decimals(value, &o->decimals) ? 0 : 2;
	case 'a':
		if (!ts_code_valid(value)) {
			fprintf(stderr, "tspay: --attach '%s' is no session code: 16 characters of 0-9 and A-Z without I, L, O, U\n",
				value);
			return 2;
		}
		o->attach = value;
		return 0;
	case 'L':
		o->limit = value;
		return 0;
	case 'V':
		puts("tspay " TS_VERSION);
		return 1;
	case 'h':
		return usage();
	default:	/* getopt has said what is wrong */
		return 2;
	}
}

/* Return: whether @words are a verb with what belongs to it. */
static bool take_key_verb(struct options *o, int n, char **words)
{
	bool has_keystore = o->keystore;

	if (n == 1 && !strcmp(words[0], "new"))
		o->key_verb = KEY_NEW;
	else if (n == 1 && !strcmp(words[0], "address"))
		o->key_verb = KEY_ADDRESS;
	else if (n == 1 && !strcmp(words[0], "export"))
		o->key_verb = KEY_EXPORT;
	else if (n == 2 && !strcmp(words[0], "import"))
		o->key_verb = KEY_IMPORT;
	else
		return false;
	if (o->key_verb == KEY_IMPORT)
		o->keystore = words[1];
	return has_keystore == (o->key_verb == KEY_EXPORT) &&
	       (o->keystore || !o->keystore_passphrase);
}

static bool is_url(const char *word)
{
	return strstr(word, "://");
}

/* Return: 0 go on, 2 wrong use. */
static int take_refund(struct options *o, int n, char **words)
{
	if (n < 1 || n > 2 || !is_url(words[n - 1]) || o->once || o->attach || o->limit)
		return wrong("refund wants [AMOUNT] URL, and no --once, --attach or --limit");
	o->refund = true;
	o->amount = n == 2 ? words[0] : NULL;
	o->url = words[n - 1];
	return 0;
}

/* Return: 0 go on, 2 wrong use. */
static int take_roam(struct options *o, int n, char **words)
{
	if (n < 1 || n > 2 || !is_url(words[n - 1]) || o->once || o->attach || o->limit ||
	    o->code || o->udp || o->discover || o->channel_file)
		return wrong("roam wants [AMOUNT] URL, and no other way to pay");
	o->roam = true;
	o->amount = n == 2 ? words[0] : NULL;
	o->url = words[n - 1];
	return 0;
}

/* MAC AMOUNT DATE URL, --end MAC URL or URL alone. Return: 0 go on, 2 wrong use. */
static int take_sponsor(struct options *o, int n, char **words)
{
	if (n != (o->end ? 2 : n == 1 ? 1 : 4) || !is_url(words[n - 1]) || o->once ||
	    o->attach || o->limit || o->code || o->udp || o->discover || o->channel_file)
		return wrong("sponsor wants MAC AMOUNT DATE URL, --end MAC URL or URL, and no other way to pay");
	o->sponsor = true;
	o->url = words[n - 1];
	if (n > 1)
		o->sponsor_mac = words[0];
	if (n == 4) {
		o->amount = words[1];
		o->sponsor_until = words[2];
	}
	return 0;
}

/**
 * struct channel_word - a verb
 * @amounts: 0: it has none, 1: it may have one, 2: it must
 * @url: likewise
 */
static const struct channel_word {
	const char *name;
	enum channel_verb verb;
	int amounts;
	int url;
} channel_words[] = {
	{ "list", CHANNEL_LIST, 0, 0 },
	{ "show", CHANNEL_SHOW, 0, 0 },
	{ "open", CHANNEL_OPEN, 2, 1 },
	{ "deposit", CHANNEL_DEPOSIT, 2, 1 },
	{ "withdraw", CHANNEL_WITHDRAW, 1, 2 },
	{ "settle", CHANNEL_SETTLE, 0, 1 },
	{ "close", CHANNEL_CLOSE, 0, 1 },
	{ "watch", CHANNEL_WATCH, 0, 1 },
};

/* Return: 0 go on, 2 wrong use. */
static int take_channel(struct options *o, int n, char **words)
{
	const struct channel_word *w = channel_words;
	const struct channel_word *end = w + sizeof(channel_words) / sizeof(channel_words[0]);

	while (n && w != end && strcmp(words[0], w->name))
		w++;
	if (!n || w == end)
		return wrong("channel wants one of list, show, open, deposit, withdraw, settle, close and watch");
	if (o->once || o->attach || o->limit || o->udp || o->discover)
		return wrong("--once, --attach, --limit, --udp and --discover are not for channel");
	o->channel_verb = w->verb;
	n--;
	words++;
	if (w->amounts && n && !is_url(words[0])) {
		o->amount = *words++;
		n--;
	}
	if (w->url && n && is_url(words[0])) {
		o->url = *words++;
		n--;
	}
	if (n)
		return wrong("a word too many after the channel's verb");
	if (w->amounts == 2 && !o->amount)
		return wrong("the channel's verb wants an AMOUNT");
	if (w->url == 2 && !o->url)
		return wrong("the channel's verb wants the URL of the box");
	if (!o->url && !o->partner && (w->verb == CHANNEL_OPEN)) {
		fprintf(stderr, "tspay: with whom? give the URL of the box, or --node ADDRESS\n");
		return 2;
	}
	return 0;
}

/* What is given has to go together. Return: 0 go on, 2 wrong use. */
static int check_payment(const struct options *o)
{
	if (o->udp && o->discover) {
		fprintf(stderr, "tspay: --udp says where to pay and --discover looks for it; give one of them\n");
		return 2;
	}
	if (!o->url && !(o->once && o->channel_file &&
			 (o->discover || (o->udp && *o->udp))))
		return wrong(o->udp || o->discover ?
			     "give the URL of the box; without it --once, --channel FILE and --udp HOST:PORT or --discover" :
			     "give the URL of the box");
	if (o->token && (!o->url || o->channel_file)) {
		fprintf(stderr, "tspay: --token needs the URL of the box, and no --channel, which names its token\n");
		return 2;
	}
	if (!o->url && o->max_price) {
		fprintf(stderr, "tspay: --max-price needs the URL of the box, which tells the price\n");
		return 2;
	}
	if (o->attach && (!o->url || o->once)) {
		fprintf(stderr, "tspay: --attach needs the URL of the box, and no --once\n");
		return 2;
	}
	if (o->limit && !o->attach) {
		fprintf(stderr, "tspay: --limit is of --attach\n");
		return 2;
	}
	if (!o->once && !o->attach && !o->cap_hour) {
		fprintf(stderr, "tspay: say how much may be spent: --cap-hour AMOUNT (or --once AMOUNT)\n");
		return 2;
	}
	return 0;
}

static void set_defaults(struct options *o)
{
	memset(o, 0, sizeof(*o));
	o->passphrase = "prompt";
	o->decimals = DECIMALS_DEFAULT;
	o->policy.low_bytes = 20000000;
	o->policy.step_bytes = 50000000;
	o->key_file = below("XDG_CONFIG_HOME", ".config", "/key.json");
	o->state_dir = below("XDG_STATE_HOME", ".local/state", "");
	o->chain_file = below("XDG_CONFIG_HOME", ".config", "/chain.json");
}

int options_parse(struct options *o, int argc, char **argv)
{
	int opt, ret;

	set_defaults(o);
	while ((opt = getopt_long(argc, argv, "k:p:s:S:u::DC:l:b:c:m:o:t:d:a:L:n:r:jVh", long_options,
				  NULL)) != -1) {
		ret = take(o, opt, optarg, argc, argv);
		if (ret)
			return ret;
	}
	if (argc - optind >= 2 && !strcmp(argv[optind], "key"))
		return take_key_verb(o, argc - optind - 1, argv + optind + 1) ? 0 :
		       wrong("key wants new, address, import KEYSTORE or export --v3 KEYSTORE");
	if (o->keystore || o->keystore_passphrase) {
		fprintf(stderr, "tspay: --v3 and --v3-passphrase are of \"key export\" and \"key import\"\n");
		return 2;
	}
	if (argc > optind && !strcmp(argv[optind], "channel"))
		return take_channel(o, argc - optind - 1, argv + optind + 1);
	if (argc > optind && !strcmp(argv[optind], "refund"))
		return take_refund(o, argc - optind - 1, argv + optind + 1);
	if (argc > optind && !strcmp(argv[optind], "roam"))
		return take_roam(o, argc - optind - 1, argv + optind + 1);
	if (argc > optind && !strcmp(argv[optind], "sponsor"))
		return take_sponsor(o, argc - optind - 1, argv + optind + 1);
	if (o->end) {
		fprintf(stderr, "tspay: --end is of \"sponsor\"\n");
		return 2;
	}
	if (argc - optind == 1)
		o->url = argv[optind];
	else if (argc > optind)
		return wrong("one URL, or a verb: refund, roam, sponsor, channel, key");
	return check_payment(o);
}

void options_free(struct options *o)
{
	free(o->key_file);
	free(o->state_dir);
	free(o->chain_file);
}
