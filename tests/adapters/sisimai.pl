# What Sisimai reads of each file that is named on standard input, one line of JSON a file.
use strict;
use warnings;
use Sisimai;
use JSON;

if( @ARGV && $ARGV[0] eq '--version' ) {
    print Sisimai->version, "\n";
    exit 0;
}
my $json = JSON->new->canonical->utf8;
my $read = Sisimai->can('rise') ? 'rise' : 'make';
while( my $file = <STDIN> ) {
    chomp $file;
    local $SIG{__WARN__} = sub {};
    my $found = eval { Sisimai->$read($file, 'delivered' => 1) } || [];
    print $json->encode({ 'file' => $file, 'records' => [map { $_->damn } @$found] }), "\n";
}
