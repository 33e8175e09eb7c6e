// Go twins of the map scenarios, for Go's own race detector.
//
// A file each, as in the Rust catalogue, with the same path on the command line:
//
//	go run -race . one map/write-write racy --seed 1 --run 0
//
// The two lines that race end in the comments "mark A" and "mark B". Unlike in the Rust programs no hidden
// lock keeps the racy ones safe: Go's runtime looks for overlapping accesses to a map by itself, and ends
// the program.
package main

import (
	"flag"
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"sync"
	"time"
)

// A pair of programs; each answers whether its outcome is right.
type scenario struct {
	racy, fixed func(*env) bool
}

var catalog = map[string]scenario{
	"map/write-write":           writeWrite,
	"map/read-during-write":     readDuringWrite,
	"map/iterate-during-insert": iterateDuringInsert,
	"map/clear-during-get":      clearDuringGet,
	"map/len-during-insert":     lenDuringInsert,
	"map/write-under-read-lock": writeUnderReadLock,
	"map/two-locks":             twoLocks,
}

// Where a run's variety comes from.
type env struct{ seed int64 }

// Spins for a short time that differs from run to run and from party to party.
func (e *env) stagger(party int64) {
	lots := rand.New(rand.NewSource(e.seed ^ party))
	if lots.Intn(4) == 0 {
		runtime.Gosched()
	}
	for n := lots.Intn(20000); n > 0; n-- {
		_ = lots.Int63()
	}
}

// Runs both functions at once, and waits for them.
func both(first, second func()) {
	var end sync.WaitGroup
	end.Add(2)
	for _, f := range []func(){first, second} {
		go func(f func()) {
			defer end.Done()
			f()
		}(f)
	}
	end.Wait()
}

func main() {
	if len(os.Args) < 4 || os.Args[1] != "one" {
		fail("expected: one CLASS/NAME racy|fixed [--seed S] [--run N]")
	}
	flags := flag.NewFlagSet("one", flag.ExitOnError)
	seed := flags.Uint64("seed", 1, "seed of the small delays")
	run := flags.Uint64("run", 0, "which of the runs of this seed, from 0")
	_ = flags.String("schedule", "free", "these programs have no steps to steer")
	_ = flags.Parse(os.Args[4:])
	pair, known := catalog[os.Args[2]]
	if !known {
		fail("no twin of " + os.Args[2])
	}
	program := map[string]func(*env) bool{"racy": pair.racy, "fixed": pair.fixed}[os.Args[3]]
	if program == nil {
		fail("expected racy or fixed, not " + os.Args[3])
	}
	start := time.Now()
	outcome := "wrong"
	if program(&env{seed: int64((*seed+1)*0x9e3779b97f4a7c15 ^ *run<<8)}) {
		outcome = "right"
	}
	fmt.Printf("took: %v ms\noutcome: %s\n", float64(time.Since(start).Microseconds())/1e3, outcome)
}

func fail(why string) {
	fmt.Fprintln(os.Stderr, "error:", why)
	os.Exit(2)
}
