// Best bids and offers put into the depth: events of both in, and out what a book of levels takes. The depth of a venue
// comes in intervals, its best bid and offer with every change: so the best prices are known sooner. hftbacktest passes
// over events of best bids and offers in a run, and fuses them into depth before, by the venue's times (FuseMarketDepth
// of its Python package, read 2026-11); here the ids of updates say what is newer.
//
// A best price takes away the levels that are better and sets its own. Of an update with a lower id that comes
// afterwards, levels at the best price and better ones are left out; a best price with a lower id than the depth's is
// left out whole. A snapshot counts as it stands, whatever ids came before: a venue's may begin anew. Memory: the
// levels of the book. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"

#include "history/export/hft_event.hpp"

namespace acts::history {

class FusedDepth final : public HftSource {
 public:
  // Of `source` depth, snapshots and best prices (hft::kBest) have the update's id as `ival`, in the order of receipt.
  explicit FusedDepth(std::unique_ptr<HftSource> source) : source_(std::move(source)) {}

  // Without ids and without hft::kBest. Errors: the source's.
  Result<bool> next(HftEvent& event) override;
  // Levels of depth older than the best price, and best prices older than the depth.
  [[nodiscard]] std::uint64_t left_out() const override { return left_out_; }

 private:
  // Keys are prices of asks, and of bids with the sign turned: the best comes first.
  struct BookSide {
    std::map<double, double> levels = {};
    double best = 0;            // a key, as the last best price said,
    std::int64_t best_id = -1;  // and its id
  };
  void take(const HftEvent& event);
  void take_level(const HftEvent& event, BookSide& side, double key);
  void take_best(const HftEvent& event, BookSide& side, double key);
  void clear(BookSide& side, const HftEvent& event, double key);

  std::unique_ptr<HftSource> source_;
  BookSide sides_[2];  // bids, asks
  std::int64_t depth_id_ = -1;
  std::uint64_t left_out_ = 0;
  std::vector<HftEvent> out_;
  std::size_t taken_ = 0;  // of them
};

}  // namespace acts::history
