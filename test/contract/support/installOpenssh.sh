#!/bin/sh
# Installs what the contract tests against real OpenSSH need (Debian, Ubuntu; as root). The system's own SSH
# service is not started: the tests run a private server.
set -eu
if [ -x /usr/sbin/sshd ] && [ -x /usr/bin/sudo ] && [ -x /usr/bin/doas ]; then
  exit 0
fi
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod 0755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends openssh-server openssh-client sudo
# Older releases have no doas; its tests are skipped there.
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends opendoas ||
  echo "no package opendoas: the tests with doas are skipped" >&2
