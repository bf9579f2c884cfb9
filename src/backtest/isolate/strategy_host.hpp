// The process that an isolated strategy runs in: loads it, and calls it as the run at the other end of a socket says.
#pragma once

namespace acts::backtest {

// The argument, without others, that makes a program that has strategy_host() run it.
inline constexpr const char* kStrategyHostArgument = "strategy-host";
// The descriptor of the socket in a process that was started for it.
inline constexpr int kStrategyHostFd = 3;

// Until the other end closes. `fd` is closed. `is_process`: limits the memory of this process, and has it die with its
// parent; not of a thread in a test. Returns the exit code: 0, or 70 if what comes is not to be understood.
int strategy_host(int fd, bool is_process);

}  // namespace acts::backtest
