#include "collector/symbol_status.hpp"

#include <array>

namespace acts::collector {

std::string_view to_string(SymbolStatus status) noexcept {
  switch (status) {
    case SymbolStatus::kUnknown: return "unknown";
    case SymbolStatus::kTrading: return "trading";
    case SymbolStatus::kHalted: return "halted";
    case SymbolStatus::kDelisted: return "delisted";
    case SymbolStatus::kUnlisted: return "unlisted";
  }
  return "unknown";
}

SymbolStatus symbol_status_from(std::string_view text) noexcept {
  for (const SymbolStatus status :
       {SymbolStatus::kTrading, SymbolStatus::kHalted, SymbolStatus::kDelisted, SymbolStatus::kUnlisted}) {
    if (text == to_string(status)) return status;
  }
  return SymbolStatus::kUnknown;
}

SymbolStatus symbol_status_of(TradingStatus status) noexcept {
  switch (status) {
    case TradingStatus::kUnknown: return SymbolStatus::kUnknown;
    case TradingStatus::kTrading: return SymbolStatus::kTrading;
    case TradingStatus::kHalted: return SymbolStatus::kHalted;
    case TradingStatus::kDelisted: return SymbolStatus::kDelisted;
  }
  return SymbolStatus::kUnknown;
}

TradingStatus trading_status_of(SymbolStatus status) noexcept {
  switch (status) {
    case SymbolStatus::kTrading: return TradingStatus::kTrading;
    case SymbolStatus::kHalted: return TradingStatus::kHalted;
    case SymbolStatus::kDelisted: return TradingStatus::kDelisted;
    case SymbolStatus::kUnknown:
    case SymbolStatus::kUnlisted: break;
  }
  return TradingStatus::kUnknown;
}

}  // namespace acts::collector
