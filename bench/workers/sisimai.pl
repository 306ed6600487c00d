# Perl's Sisimai over the mails whose paths stand on stdin: an answer a line, last the CPU seconds.
use strict;
use warnings;
use Sisimai;
use JSON;

my %group = map { $_ => 1 } qw(userunknown hostunknown hasmoved notaccept);
my $json  = JSON->new->canonical->allow_blessed;
my @places = map { chomp; $_ } <STDIN>;
my @out;
my ($began) = times;
for my $place (@places) {
    my $found = eval { Sisimai->make($place, delivered => 1, vacation => 1) } || [];
    for my $one (@$found) {
        my $action = $one->action || 'failed';
        my $quiet = $one->reason =~ /\A(?:feedback|vacation|delivered)\z/;
        push @out, $json->encode({
            file => $place, bounce => $quiet ? JSON::false : JSON::true, recipient => $one->recipient->address,
            action => $action eq 'delayed' ? 'delayed' : 'failed', status => $one->deliverystatus,
            reply_code => $one->replycode, reason => $one->reason,
            hard => $group{ $one->reason } ? JSON::true : JSON::false,
        });
    }
}
my ($ended) = times;
print "$_\n" for @out;
print $ended - $began, "\n";
