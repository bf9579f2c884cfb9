// Reads of a received message, without decoding it, what tells whether a second connection may take over: its stream
// and where its depth update begins.
#pragma once

#include <optional>
#include <string_view>

#include "acts/market/events.hpp"

namespace acts::collector {

struct StreamPeek {
  std::string_view stream;  // of the combined envelope: "btcusdt@depth@100ms"
  // Of a depth update.
  std::optional<UpdateId> first_update_id;
  std::optional<UpdateId> previous_last_update_id;  // USD-M
};

// Nothing for what is not the combined envelope of a stream as the venue writes it. Views into `json`.
std::optional<StreamPeek> peek_stream(std::string_view json) noexcept;

// Of a REST depth answer.
std::optional<UpdateId> peek_last_update_id(std::string_view json) noexcept;

}  // namespace acts::collector
