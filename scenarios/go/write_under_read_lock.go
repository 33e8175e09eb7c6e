package main

import "sync"

// A cache fills itself while holding its lock for reading only.
var writeUnderReadLock = scenario{
	racy: func(e *env) bool {
		var lock sync.RWMutex
		cache := map[int]int{2: 4}
		found := 0
		both(func() {
			e.stagger(0)
			lock.RLock()
			defer lock.RUnlock()
			cache[3] = 9 // mark A
		}, func() {
			e.stagger(1)
			lock.RLock()
			defer lock.RUnlock()
			found = cache[2] // mark B
		})
		return found == 4
	},
	fixed: func(e *env) bool {
		var lock sync.RWMutex
		cache := map[int]int{2: 4}
		found := 0
		both(func() {
			e.stagger(0)
			lock.Lock()
			defer lock.Unlock()
			cache[3] = 9
		}, func() {
			e.stagger(1)
			lock.RLock()
			defer lock.RUnlock()
			found = cache[2]
		})
		return found == 4
	},
}
