package main

import "sync"

// One goroutine empties the map while another reads from it.
var clearDuringGet = scenario{
	racy: func(e *env) bool {
		cache := map[int]string{7: "seven"}
		value := ""
		both(func() {
			e.stagger(0)
			clear(cache) // mark A
		}, func() {
			e.stagger(1)
			value = cache[7] // mark B
		})
		return value == "" || value == "seven"
	},
	fixed: func(e *env) bool {
		var lock sync.Mutex
		cache := map[int]string{7: "seven"}
		value := ""
		both(func() {
			e.stagger(0)
			lock.Lock()
			defer lock.Unlock()
			clear(cache)
		}, func() {
			e.stagger(1)
			lock.Lock()
			defer lock.Unlock()
			value = cache[7]
		})
		return value == "" || value == "seven"
	},
}
