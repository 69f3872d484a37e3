# SPDX-License-Identifier: GPL-2.0
# The TAP of several programs as one: tell NAME COMMAND... for each, then told.
n=0 failed=0

# One part's TAP, numbered on.
tell() { # NAME COMMAND...
	local name=$1 plans=0 line word rest

	shift
	while IFS= read -r line; do
		case $line in
		"ok "*|"not ok "*)
			n=$((n + 1))
			word=${line%%ok *}ok rest=${line#*ok }
			echo "$word $n - $name: ${rest#* - }"
			[ "$word" = ok ] || failed=1 ;;
		"1..0 # SKIP"*)
			n=$((n + 1)) plans=$((plans + 1))
			echo "ok $n - $name ${line#1..0 }" ;;
		1..*) plans=$((plans + 1)) ;;
		*---|*...|*duration_ms*|*"type: 'test'"|"TAP version"*|"# Subtest"*) ;;
		*) echo "# ${line#\# }" ;;
		esac
	done < <("$@" 2>&1; echo "# exit status $?")
	[ $plans = 1 ] && return
	n=$((n + 1)) failed=1
	echo "not ok $n - $name ends with a plan"
}
told() {
	echo "1..$n"
	exit $failed
}
