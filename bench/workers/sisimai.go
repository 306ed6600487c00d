// Sisimai in Go over the mails whose paths stand on stdin: an answer a line, last the CPU seconds.
// Mails before an empty line are read first and not counted, so that whatever is loaded once is loaded.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"syscall"

	"libsisimai.org/sisimai"
)

func answers(place string) (said []string) {
	defer func() { recover() }() // whatever it panics on is its answer
	args := sisimai.Args()
	args.Delivered, args.Vacation = true, true
	facts, _ := sisimai.Rise(place, args)
	for _, one := range *facts {
		quiet := one.Reason == "feedback" || one.Reason == "vacation" || one.Reason == "delivered"
		action := "failed"
		if one.Action == "delayed" {
			action = "delayed"
		}
		line, _ := json.Marshal(map[string]any{
			"file": place, "bounce": !quiet, "recipient": one.Recipient.Address, "action": action,
			"status": one.DeliveryStatus, "reply_code": one.ReplyCode, "reason": one.Reason, "hard": one.HardBounce,
		})
		said = append(said, string(line))
	}
	return said
}

func seconds() float64 {
	var used syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return float64(used.Utime.Sec+used.Stime.Sec) + float64(used.Utime.Usec+used.Stime.Usec)/1e6
}

func main() {
	lines := []string{}
	for scanner := bufio.NewScanner(os.Stdin); scanner.Scan(); {
		lines = append(lines, scanner.Text())
	}
	warm := strings.Split(strings.Join(lines, "\n"), "\n\n")
	for _, place := range strings.Split(warm[0], "\n") {
		answers(place)
	}
	out := []string{}
	began := seconds()
	for _, place := range strings.Split(warm[1], "\n") {
		out = append(out, answers(place)...)
	}
	taken := seconds() - began
	for _, line := range out {
		fmt.Println(line)
	}
	fmt.Println(taken)
}
