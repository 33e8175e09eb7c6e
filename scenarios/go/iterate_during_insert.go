package main

import "sync"

func sum(counters map[string]int) (sum int) {
	for _, count := range counters {
		sum += count
	}
	return sum
}

// One goroutine goes over all entries while another adds one.
var iterateDuringInsert = scenario{
	racy: func(e *env) bool {
		counters := map[string]int{"requests": 40, "errors": 2}
		total := 0
		both(func() {
			e.stagger(0)
			counters["timeouts"] = 8 // mark A
		}, func() {
			e.stagger(1)
			for _, count := range counters { // mark B
				total += count
			}
		})
		return total == 42 || total == 50
	},
	fixed: func(e *env) bool {
		var lock sync.Mutex
		counters := map[string]int{"requests": 40, "errors": 2}
		total := 0
		both(func() {
			e.stagger(0)
			lock.Lock()
			defer lock.Unlock()
			counters["timeouts"] = 8
		}, func() {
			e.stagger(1)
			lock.Lock()
			defer lock.Unlock()
			total = sum(counters)
		})
		return total == 42 || total == 50
	},
}
