/**
 * A script that ends every process of the session `sessionId`, and every descendant of one that has left it (a
 * command under setsid or timeout): SIGTERM, up to three seconds to obey, then SIGKILL. It reads /proc, as a
 * minimal host has no pkill. Exit code 0 when nothing is left.
 */
export function endSessionScript(sessionId: number): string {
  return `
leader=${sessionId}
members=" "

# Adds the living members to $members; those of an earlier call stay, as their children may still live.
find_members() {
  living=""
  grew=yes
  while [ $grew = yes ]; do
    grew=no
    living=""
    for stat in /proc/[0-9]*/stat; do
      { read -r line < "$stat"; } 2>/dev/null || continue
      pid=\${line%% *}
      # The name in parentheses may hold anything; behind it: state, parent, group, session.
      set -- \${line##*") "}
      [ "$1" = Z ] && continue
      case $members in
        *" $pid "*)
          living="$living $pid"
          continue ;;
      esac
      [ "$4" = "$leader" ] || case $members in *" $2 "*) true ;; *) false ;; esac || continue
      members="$members$pid "
      living="$living $pid"
      grew=yes
    done
  done
}

find_members
[ -z "$living" ] || kill -TERM $living 2>/dev/null
[ -z "$living" ] || kill -CONT $living 2>/dev/null
for pause in 0.1 0.2 0.2 0.5 0.5 0.5 0.5 0.5; do
  find_members
  [ -n "$living" ] || exit 0
  sleep $pause
done
for pause in 0.1 0.2 0.5 0.5; do
  find_members
  [ -n "$living" ] || exit 0
  kill -KILL $living 2>/dev/null
  sleep $pause
done
find_members
[ -z "$living" ]
`;
}
