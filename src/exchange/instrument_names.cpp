#include "exchange/instrument_names.hpp"

#include <fmt/format.h>

#include <array>

namespace acts::exchange {

std::vector<std::string> synthetic_symbols(std::size_t count) {
  constexpr std::array<std::string_view, 10> kKnown{"BTCUSDT",  "ETHUSDT", "BNBUSDT",  "SOLUSDT",  "XRPUSDT",
                                                    "DOGEUSDT", "ADAUSDT", "AVAXUSDT", "LINKUSDT", "LTCUSDT"};
  std::vector<std::string> names;
  names.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    names.push_back(i < kKnown.size() ? std::string(kKnown[i]) : fmt::format("SYN{:04}USDT", i));
  }
  return names;
}

}  // namespace acts::exchange
