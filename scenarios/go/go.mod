module fidge/scenarios

go 1.21
