package main

import "sync"

// One goroutine looks a key up while another writes one.
var readDuringWrite = scenario{
	racy: func(e *env) bool {
		stock := map[string]int{"apple": 3}
		found := 0
		both(func() {
			e.stagger(0)
			stock["pear"] = 4 // mark A
		}, func() {
			e.stagger(1)
			found = stock["apple"] // mark B
		})
		return found == 3
	},
	fixed: func(e *env) bool {
		var lock sync.RWMutex
		stock := map[string]int{"apple": 3}
		found := 0
		both(func() {
			e.stagger(0)
			lock.Lock()
			defer lock.Unlock()
			stock["pear"] = 4
		}, func() {
			e.stagger(1)
			lock.RLock()
			defer lock.RUnlock()
			found = stock["apple"]
		})
		return found == 3
	},
}
