import type { ClusterLab } from "./clusterLab.ts";
import { until } from "./until.ts";

/** Says that the lock is held, and keeps it held: it is released when the file is gone. */
const held = "/run/apt-lock-held";

/** fcntl's lock as apt takes it, by what every Debian has. The bytes are struct flock: exclusive, the whole file. */
const holder = `
open my $file, ">>", "/var/lib/dpkg/lock-frontend" or die;
my $lock = pack("s s x4 q q l x4", 1, 0, 0, 0, 0);
fcntl($file, 6, $lock) or die "not locked: $!";
open my $held, ">", "${held}" or die;
close $held;
select(undef, undef, undef, 0.2) while -e "${held}";
`;

/** Holds apt's lock on a host, as an automatic update does, until the function that it gives is called. */
export async function lockApt(clusterLab: ClusterLab, host: string): Promise<() => Promise<void>> {
  const ended = clusterLab.lab.exec(host, ["perl", "-e", holder]);
  await until("apt's lock is held", 20_000, async () => {
    const { status } = await clusterLab.lab.exec(host, ["test", "-e", held]);
    return status === 0 ? true : undefined;
  });
  return async () => {
    await clusterLab.shell(host, `rm -f ${held}`);
    await ended;
  };
}
