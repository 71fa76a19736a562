#!/bin/sh
# dpkg calls this after each run. Where a package has put runc.distrib, a wrapper takes runc's place that
# raises a negative oom_score_adj to 0: this machine's root may not lower it (no CAP_SYS_RESOURCE).
for folder in /usr/sbin /usr/bin; do
  if [ ! -e "$folder/runc.distrib" ]; then
    rm -f "$folder/runc"
    continue
  fi
  [ -e "$folder/runc" ] && continue
  cat >"$folder/runc" <<WRAPPER
#!/bin/sh
# Put here by the lab, see /usr/local/lib/kubeadm-lab/place-runc.
bundle=.
creates=
previous=
for argument in "\$@"; do
  case \$previous in --bundle | -b) bundle=\$argument ;; esac
  case \$argument in create | run) creates=yes ;; esac
  previous=\$argument
done
if [ "\$creates" ] && [ -f "\$bundle/config.json" ]; then
  sed -i -E 's/"oomScoreAdj": *-[0-9]+/"oomScoreAdj":0/' "\$bundle/config.json"
fi
exec $folder/runc.distrib "\$@"
WRAPPER
  chmod 755 "$folder/runc"
done
