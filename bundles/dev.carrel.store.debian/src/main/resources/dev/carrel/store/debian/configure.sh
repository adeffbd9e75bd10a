# Configures packages that lie unpacked in this root directory, as dpkg does it; DebianConfiguration runs it in a container.
# Standard error is for reports. What scripts print goes to standard output, so that it stays in order.
exec 3>&2 2>&1 </dev/null
umask 022
material=${0%/*}
cd /

# Packages make these where they are not there yet, and would leave them empty.
for file in /etc/passwd /etc/group /etc/hosts /etc/hostname /etc/resolv.conf /etc/nsswitch.conf /etc/localtime /etc/services; do
  [ -s "$file" ] || rm -f "$file"
done
# Some look for what always is there.
mkdir -p /root /home /mnt /media /usr/local/bin /var/log /var/cache /var/lib/dpkg

# What those are interested in that are configured already, of all that the others bring.
if [ -e "$material/paths" ]; then
  activated=$(perl -e 'open F, "<", shift or die; chomp, $has{$_} = 1 while <F>;
    open F, "<", "/var/lib/dpkg/triggers/File" or exit; while (<F>) { my ($path) = split; print "$path\n" if delete $has{$path} }' \
    "$material/paths") && activated="$activated $(cat "$material/activated")" || exit 1
fi
# dpkg's database, in which all packages are unpacked that are not configured already.
cp -R "$material/root/." / || exit 1
(cd "$material/more" && find . -type f) | while read -r file; do
  cat "$material/more/$file" >>"/$file" || exit 1
done || exit 1
# dpkg puts settings in their places when it configures their package.
perl -ne 'chomp; rename $_, "$_.dpkg-new" or die "$_: $!\n"' "$material/settings" || exit 1
# Nothing is to be started: see Debian's policy-rc.d-spec.
if [ ! -e /usr/sbin/policy-rc.d ]; then
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
  denied=/usr/sbin/policy-rc.d
fi

set -f
for trigger in $activated; do
  dpkg-trigger --no-await --by-package=dpkg "$trigger" || exit 1
done
set +f

while read -r name package architecture; do
  echo "preinst: $name" >&3
  echo "Preparing $name ..."
  DPKG_MAINTSCRIPT_NAME=preinst DPKG_MAINTSCRIPT_PACKAGE=$package DPKG_MAINTSCRIPT_ARCH=$architecture \
    DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT=1 DPKG_ROOT= DPKG_ADMINDIR=/var/lib/dpkg \
    "/var/lib/dpkg/info/$name.preinst" install 3>&- </dev/null || {
      echo "failed: $name: preinst $?" >&3
      exit 1
    }
done <"$material/preinst"

dpkg --status-fd 3 --force-unsafe-io --abort-after=1 --configure -a </dev/null || exit 1

# What says when and where this was done is different each time.
find /var/log /var/cache/apt /var/lib/apt/lists -type f -exec rm -f {} + 2>/dev/null
rm -f $denied /etc/passwd- /etc/group- /etc/shadow- /etc/gshadow- /etc/subuid- /etc/subgid- /etc/.pwd.lock \
  /var/cache/ldconfig/aux-cache /var/cache/debconf/*-old /var/lib/dpkg/*-old /var/lib/dpkg/lock /var/lib/dpkg/lock-frontend \
  /var/lib/dpkg/triggers/Lock /var/lib/systemd/random-seed
if [ -s /etc/shadow ]; then
  sed -i -E 's/^([^:]*:[^:]*:)[0-9]*:/\1:/' /etc/shadow # the day on which a password was set
fi
if [ -e /etc/ssl/certs/java/cacerts ]; then
  perl "$material/keystore.pl" /etc/ssl/certs/java/cacerts
fi
# What only one machine may have would be the same in all containers, and for everybody to read.
rm -f /etc/machine-id /var/lib/dbus/machine-id /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub
if [ -e /etc/ssl/private/ssl-cert-snakeoil.key ]; then
  rm -f /etc/ssl/private/ssl-cert-snakeoil.key /etc/ssl/certs/ssl-cert-snakeoil.pem
  find /etc/ssl/certs -xtype l -exec rm -f {} +
fi
exit 0
