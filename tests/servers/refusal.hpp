// A row that a real server refuses, on its way with others that it takes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "servers/trouble.hpp"

namespace acts::servers {

// Of the rows that are sent one has this best_bid, the others have none.
inline constexpr const char* kRefusedBid = "4242";

struct RefusalCase {
  // Makes the server refuse that row; the table is there.
  std::function<void(std::uint16_t port)> forbid;
  std::string reason;  // a part of what the server says
  // Makes it take the row after all, if it can.
  std::function<void(std::uint16_t port)> allow = {};
  std::string others = {};  // venue of what `forbid` has stored
};

// The row is set aside with the server's reason (`acts rows rejected` shows it), the others of its batch and those
// after it arrive; sent again, once it is allowed, it arrives too. Fails the test otherwise.
void set_aside_what_the_server_refuses(const SinkCase& sink_case, const RefusalCase& refusal);

}  // namespace acts::servers
