// A recorded market: messages in the recorded order, byte for byte, at the recorded receive times, and the books that
// follow from the recorded snapshots and updates.
//
// A book knows no level that was neither in its snapshot nor in an update. What stands in a recording beside market
// streams (REST answers, acknowledgements) is not passed on; a market message that cannot be read is, and counts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "binance/decoder.hpp"
#include "exchange/market_source.hpp"
#include "exchange/merged_recording.hpp"
#include "exchange/recording_preview.hpp"

namespace acts::exchange {

struct ReplayOptions {
  Venue venue = Venue::kBinanceSpot;
  std::vector<std::string> files;    // merged by receive time; not standard input: they are read three times
  std::vector<std::string> symbols;  // only these; empty: all
};

class ReplaySource final : public MarketSource {
 public:
  // Errors: kUsage (a file cannot be read, nothing to replay).
  static Result<std::unique_ptr<ReplaySource>> open(const ReplayOptions& options);

  [[nodiscard]] std::span<const ListedSymbol> symbols() const override { return listed_; }
  [[nodiscard]] std::optional<UnixNanos> next_time() const override { return next_time_; }
  Result<void> step(std::vector<MarketMessage>& out) override;
  [[nodiscard]] const TrueBook* book(SymbolIndex symbol) const override;
  void keep_history(std::size_t updates) override;

  // Findings of the preview that whoever started this should know; problems, not errors.
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }
  [[nodiscard]] UnixNanos first_time() const { return first_; }
  [[nodiscard]] UnixNanos last_time() const { return last_; }
  // Breaks between two updates, met so far.
  [[nodiscard]] std::uint64_t gaps() const { return gaps_; }

 private:
  struct Symbol {
    TrueBook book;
    std::vector<BookStart> starts;
    std::size_t next_start = 0;
    std::optional<UpdateId> last;
  };

  ReplaySource(const ReplayOptions& options, RecordingPreview preview, MergedRecording recording);
  void read_ahead();
  Result<void> on_depth(MarketMessage& message);
  Result<void> apply(Symbol& symbol, const DepthUpdate& update, BookTimes times);
  [[nodiscard]] SymbolIndex symbol_of(std::string_view stream) const;

  Venue venue_;
  bool all_symbols_;
  MergedRecording recording_;
  binance::Decoder decoder_;
  std::vector<ListedSymbol> listed_;
  std::vector<Symbol> symbols_;
  std::vector<std::string> problems_;
  std::size_t history_ = 0;
  UnixNanos first_;
  UnixNanos last_;
  std::uint64_t gaps_ = 0;
  std::optional<UnixNanos> next_time_;
  std::optional<MergedLine> next_line_;
  std::optional<Error> next_error_;
};

}  // namespace acts::exchange
