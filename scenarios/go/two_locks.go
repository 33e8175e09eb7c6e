package main

import "sync"

func signUps(e *env, imports, signUp *sync.Mutex) bool {
	users := map[string]int{}
	both(func() {
		e.stagger(0)
		imports.Lock()
		defer imports.Unlock()
		users["ada"] = 1 // mark A
	}, func() {
		e.stagger(1)
		signUp.Lock()
		defer signUp.Unlock()
		users["grace"] = 2 // mark B
	})
	return len(users) == 2
}

// Everybody takes a lock, but not the same one.
var twoLocks = scenario{
	racy: func(e *env) bool {
		return signUps(e, new(sync.Mutex), new(sync.Mutex))
	},
	fixed: func(e *env) bool {
		lock := new(sync.Mutex)
		return signUps(e, lock, lock)
	},
}
