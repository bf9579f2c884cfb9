// Keeps a process from whatever it could learn of the world: it may open no file, start no program or process and make
// no connection any more.
#pragma once

namespace acts::backtest {

// For this process and all its threads to come, for good: one that tries ends with SIGSYS. Open descriptors stay.
// False: the system has no way to do it.
bool ban_files();

}  // namespace acts::backtest
