# Perl's Sisimai over the mails whose paths stand on stdin: an answer a line, last the CPU seconds.
# Mails before an empty line are read first and not counted, so that whatever is loaded once is loaded.
use strict;
use warnings;
use Sisimai;
use JSON;

my %group = map { $_ => 1 } qw(userunknown hostunknown hasmoved notaccept);
my $json  = JSON->new->canonical->allow_blessed;

sub answers {
    my $place = shift;
    my $found = eval { Sisimai->make($place, delivered => 1, vacation => 1) } || [];
    my @said;
    for my $one (@$found) {
        my $action = $one->action || 'failed';
        my $quiet = $one->reason =~ /\A(?:feedback|vacation|delivered)\z/;
        push @said, $json->encode({
            file => $place, bounce => $quiet ? JSON::false : JSON::true, recipient => $one->recipient->address,
            action => $action eq 'delayed' ? 'delayed' : 'failed', status => $one->deliverystatus,
            reply_code => $one->replycode, reason => $one->reason,
            hard => $group{ $one->reason } ? JSON::true : JSON::false,
        });
    }
    return @said;
}

my @lines = map { chomp; $_ } <STDIN>;
my @out;
while (@lines and (my $warm = shift @lines) ne '') { answers($warm); }
my ($began) = times;
push @out, answers($_) for @lines;
my ($ended) = times;
print "$_\n" for @out;
print $ended - $began, "\n";
