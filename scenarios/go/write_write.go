package main

import "sync"

// Two goroutines add a key each to one map.
var writeWrite = scenario{
	racy: func(e *env) bool {
		users := map[string]int{}
		both(func() {
			e.stagger(0)
			users["ada"] = 1 // mark A
		}, func() {
			e.stagger(1)
			users["grace"] = 2 // mark B
		})
		return len(users) == 2
	},
	fixed: func(e *env) bool {
		var lock sync.Mutex
		users := map[string]int{}
		add := func(party int64, name string) {
			e.stagger(party)
			lock.Lock()
			defer lock.Unlock()
			users[name] = 1
		}
		both(func() { add(0, "ada") }, func() { add(1, "grace") })
		return len(users) == 2
	},
}
