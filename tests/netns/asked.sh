# SPDX-License-Identifier: GPL-2.0
# What only the router's side can do, a program in a client's namespace asks here: a line
# of words to its file descriptor 3, and the answer is a line from 4 (tests/wallet/router.js).
# After net.sh and tsd.sh: the script's tell_ WORDS... does what is asked and prints.

# asked COMMAND...: runs it in the client's namespace; its status
asked() {
	local client word said
	local -a words

	mkfifo "$W/ask" "$W/answer"
	nsenter --net=/run/netns/$C -- "$@" 3>"$W/ask" 4<"$W/answer" &
	client=$!
	pids+=("$client")
	exec {ask}<"$W/ask" {answer}>"$W/answer"
	while read -ru $ask -a words; do
		# In this shell, whose children tsd is.
		tell_ "${words[@]}" >"$W/said" 2>>"$W/tell.log" && word=ok || word=failed
		said=$(<"$W/said")
		echo "$word ${said//$'\n'/ }" >&$answer
	done
	wait $client
}

asked_channel() { # ADDRESS: a channel with a wallet
	jq --arg a "$1" '.partner_address = $a' "$W/channel" >"$W/channel.js"
	in_ns $R tsctl -c "$W/tsd.conf" channel import "$W/channel.js" >/dev/null
}

asked_mac() { # MAC: a station that is another one
	in_ns $C ip link set c0 address "$1" && in_ns $R ip neigh flush dev p0
}

asked_paid() { # prints what was paid and what came back, in wei
	control '{"cmd":"account-of-bytes"}' | jq -r '.totals[0] | "\(.paid_wei) \(.refunded_wei)"'
}
