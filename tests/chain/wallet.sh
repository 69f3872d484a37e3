# SPDX-License-Identifier: GPL-2.0
# wallet.js for a script with a chain in $W/chain: one process answers all its
# questions, for to start one takes longer than most answers.  After net.sh.

wallet_up() {
	NODE_PATH=$O/chain/node_modules
	export NODE_PATH
	coproc ANSWERER { exec nsenter --net=/run/netns/$R -- node "$TOP/tests/chain/wallet.js" "$W/chain"; }
	pids+=($ANSWERER_PID)
	# A coprocess's own are not for the pipelines that ask.
	exec {ask_fd}>&"${ANSWERER[1]}" {answer_fd}<&"${ANSWERER[0]}"
}

wallet() { # WORD...
	local line

	echo "$*" >&$ask_fd || return
	while IFS= read -r line <&$answer_fd; do
		[ "${line%% *}" = end ] && return "${line#end }"
		echo "$line"
	done
	return 1
}
mine() { wallet mine "$1"; }
