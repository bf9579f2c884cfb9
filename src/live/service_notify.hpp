// Tells systemd how the service is doing (sd_notify(3)): a datagram to $NOTIFY_SOCKET. Without one, nothing happens.
#pragma once

#include <optional>
#include <string_view>

#include "acts/base/time.hpp"

namespace acts {

// "READY=1", "WATCHDOG=1", "STOPPING=1", "RELOADING=1" ... Waits 0.1 s at most for a manager that does not read.
void notify_service(std::string_view state);
// Half of $WATCHDOG_USEC, at most half a day: how often "WATCHDOG=1" is wanted. Nothing: not at all.
std::optional<Nanos> service_watchdog_interval();

}  // namespace acts
