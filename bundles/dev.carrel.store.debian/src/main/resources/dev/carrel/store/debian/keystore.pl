# Sets the times at which certificates were put into a Java keystore, which is as old as its machine otherwise. A file of any other form,
# or with another password than Java's own, stays as it is. Only what perl-base and coreutils have is used.
use strict;
use warnings;

my ($file) = @ARGV;
my $scratch = "/tmp/keystore.$$";

# The checksum of sun.security.provider.JavaKeyStore: of the password as UTF-16, a word that is always the same, and the content.
sub checksum {
  my ($content) = @_;
  open my $out, '>:raw', $scratch or die "$scratch: $!";
  print $out "\0c\0h\0a\0n\0g\0e\0i\0t", "Mighty Aphrodite", $content;
  close $out or die "$scratch: $!";
  my ($sum) = split ' ', `sha1sum $scratch`;
  unlink $scratch;
  return pack 'H40', $sum;
}

open my $in, '<:raw', $file or die "$file: $!";
my $content = do { local $/; <$in> };
close $in;
exit 0 unless length $content > 32 && substr($content, 0, 8) eq "\xFE\xED\xFE\xED\0\0\0\2";
my $sum = substr $content, -20, 20, '';
exit 0 unless $sum eq checksum($content);

my $at = 12;
for (1 .. unpack 'N', substr $content, 8, 4) {
  exit 0 unless unpack('N', substr $content, $at, 4) == 2; # a certificate, and no key
  $at += 4;
  $at += 2 + unpack 'n', substr $content, $at, 2; # its alias
  substr($content, $at, 8) = "\0" x 8;
  $at += 8;
  $at += 2 + unpack 'n', substr $content, $at, 2; # its kind
  $at += 4 + unpack 'N', substr $content, $at, 4;
}
exit 0 unless $at == length $content;
open my $out, '>:raw', $file or die "$file: $!";
print $out $content, checksum($content);
close $out or die "$file: $!";
