package main

import "sync"

// One goroutine asks how many entries there are while another adds one.
var lenDuringInsert = scenario{
	racy: func(e *env) bool {
		queue := map[int]string{1: "one"}
		length := 0
		both(func() {
			e.stagger(0)
			queue[2] = "two" // mark A
		}, func() {
			e.stagger(1)
			length = len(queue) // mark B
		})
		return length == 1 || length == 2
	},
	fixed: func(e *env) bool {
		var lock sync.Mutex
		queue := map[int]string{1: "one"}
		length := 0
		both(func() {
			e.stagger(0)
			lock.Lock()
			defer lock.Unlock()
			queue[2] = "two"
		}, func() {
			e.stagger(1)
			lock.Lock()
			defer lock.Unlock()
			length = len(queue)
		})
		return length == 1 || length == 2
	},
}
