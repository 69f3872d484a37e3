# SPDX-License-Identifier: GPL-2.0
# What a browser of the tests has around it: an authority that it trusts, and names.
# After net.sh, tsd.sh and asked.sh: scene_up after net_up, then tsd with $MORE_LISTEN,
# then scene_play FILE.

# A test authority, and what the profile of the browser trusts.
authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj "/CN=authority of the tests" -keyout "$W/ca.key" -out "$W/ca.crt"
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=portal.test \
		-keyout "$W/tls.key" -out "$W/tls.csr"
	# A week and more, or it would not be announced.
	openssl x509 -req -in "$W/tls.csr" -CA "$W/ca.crt" -CAkey "$W/ca.key" -CAcreateserial \
		-days 30 -extfile <(echo subjectAltName = DNS:portal.test) -out "$W/tls.crt"
	mkdir -p "$W/.pki/nssdb"
	certutil -d sql:"$W/.pki/nssdb" -N --empty-password
	certutil -d sql:"$W/.pki/nssdb" -A -t C,, -n tests -i "$W/ca.crt"
} >"$W/authority.log" 2>&1

# Names of the world and of the box; all others are the box, as behind many a portal.  A
# resolver that does not know them is asked again and again.
resolver() {
	start in_ns $R dnsmasq --keep-in-foreground --interface=p0 --bind-interfaces --no-resolv \
		--no-hosts --address=/portal.test/10.66.1.1 --address=/shop.test/10.66.2.2 \
		--address=/connectivitycheck.gstatic.com/10.66.2.2 --address=/#/10.66.1.1 --pid-file= --user=root \
		--log-facility="$W/dnsmasq.log"
	echo "nameserver 10.66.1.1" >"$W/resolv.conf"
}

scene_up() {
	authority
	resolver
	MORE_LISTEN="names = [ \"portal.test\" ]; https = [ \"10.66.1.1:443\" ];
		certificate = \"$W/tls.crt\"; certificate_key = \"$W/tls.key\";"
}

# The tests of a file; ends the script.
scene_play() { # FILE
	local status

	cd "$O/gen/browser" || exit 1
	asked unshare -m sh -c 'mount --bind "$0" /etc/resolv.conf && exec "$@"' "$W/resolv.conf" \
		env HOME="$W" SHOTS="$O/browser" W="$W" CHROMIUM="$(command -v chromium)" \
		NODE_EXTRA_CA_CERTS="$W/ca.crt" node --test-reporter=tap "test/$1"
	status=$?
	[ $status = 0 ] || { cat "$W/authority.log" "$W/tell.log" | sed 's/^/# /'; tail -n 20 "$W/tsd.log" | sed 's/^/# tsd: /'; }
	exit $status
}
