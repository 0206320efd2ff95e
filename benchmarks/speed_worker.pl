# Sisimai in a process of its own: the same as speed_worker.py. With --version: what it is.
use strict;
use warnings;
use Sisimai;
use Time::HiRes qw(clock);

if( @ARGV && $ARGV[0] eq '--version' ) {
    print 'Sisimai (Perl) '.Sisimai->version."\n";
    exit 0;
}
binmode STDIN;
$| = 1;

sub bytes {
    my $size = shift;
    my $all = '';
    while( length $all < $size ) {
        read(STDIN, my $some, $size - length $all) or exit 0;
        $all .= $some;
    }
    return $all;
}

my $read = Sisimai->can('rise') ? 'rise' : 'make';
while( 1 ) {
    my @batch = map { bytes(unpack('N', bytes(4))) } 1 .. unpack('N', bytes(4));
    my $started = clock();
    for my $message (@batch) {
        eval { local $SIG{__WARN__} = sub {}; Sisimai->$read(\$message) };
    }
    printf("%d\n", (clock() - $started) * 1e9);
}
