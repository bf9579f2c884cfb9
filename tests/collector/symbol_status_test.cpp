#include "collector/symbol_status.hpp"

#include <gtest/gtest.h>

#include <array>

namespace acts::collector {
namespace {

constexpr std::array kAll{SymbolStatus::kUnknown, SymbolStatus::kTrading, SymbolStatus::kHalted,
                          SymbolStatus::kDelisted, SymbolStatus::kUnlisted};

TEST(SymbolStatus, IsReadAsItIsWritten) {
  for (const SymbolStatus status : kAll) EXPECT_EQ(symbol_status_from(to_string(status)), status);
  EXPECT_EQ(symbol_status_from("else"), SymbolStatus::kUnknown);
}

TEST(SymbolStatus, KeepsWhatTheVenueSaysOfTrading) {
  for (const TradingStatus status :
       {TradingStatus::kUnknown, TradingStatus::kTrading, TradingStatus::kHalted, TradingStatus::kDelisted}) {
    EXPECT_EQ(trading_status_of(symbol_status_of(status)), status);
  }
  EXPECT_EQ(trading_status_of(SymbolStatus::kUnlisted), TradingStatus::kUnknown);
}

}  // namespace
}  // namespace acts::collector
