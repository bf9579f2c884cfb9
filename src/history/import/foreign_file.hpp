// Files of other tools that are known, and that no format of source_formats() reads. Pure.
#pragma once

#include <string>
#include <string_view>

namespace acts::history {

// Trades as freqtrade keeps them without what the venue sent: a JSON array of arrays, as candles are, but with a side.
bool is_trade_arrays(std::string_view head);

// What the file is and what to do instead, behind its name: "path: it is …: …"; empty: it is none of these. `head`: as
// head_of().
std::string foreign_advice(std::string_view path, std::string_view head);

}  // namespace acts::history
