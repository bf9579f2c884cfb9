#include "backtest/bars/bar_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "acts/base/assert.hpp"

#include "backtest/event_rows.hpp"
#include "history/import/source_format.hpp"

namespace acts::backtest {
namespace {

constexpr std::array<std::string_view, 4> kPriceColumns{"open", "high", "low", "close"};
constexpr std::int64_t kMicro = 1000;  // nanoseconds

std::unexpected<Error> wrong_bar(std::string message) { return fail(ErrorCode::kBadInput, std::move(message)); }

// units / one * more, without a rest and within one word, as it nearly always is: dividing two takes ten times as long.
std::optional<std::int64_t> scaled_down(int128 units, std::int64_t one, std::int64_t more) {
  const auto near = static_cast<std::int64_t>(units);
  std::int64_t scaled = 0;
  if (near != units || near % one != 0 || __builtin_mul_overflow(near / one, more, &scaled)) return std::nullopt;
  return scaled;
}

// The one set of candles that the file holds.
Result<history::DataSet> candles_in(const std::string& path, const history::SourceHints& hints,
                                    const history::SourceFormat& format) {
  const Result<std::vector<history::DataSet>> sets = format.sets_of(path, hints);
  if (!sets) return std::unexpected(sets.error());
  for (const history::DataSet& set : *sets) {
    if (set.kind->has_interval && history::find_column(*set.kind, "close")) return set;
  }
  return fail(ErrorCode::kUsage, fmt::format("{}: no file of candles: bars are made of trades by 'acts import' and a "
                                             "catalog range",
                                             path));
}

}  // namespace

RowBars::RowBars(const history::Kind& kind, std::int64_t interval, const BacktestInstrument& instrument,
                 InstrumentId id)
    : kind_(&kind), interval_(interval), id_(id), scales_(instrument.scales), tick_(instrument.tick) {
  ACTS_ASSERT(tick_ > 0);
  open_time_ = history::column_index(kind, "open_time");
  close_time_ = history::column_index(kind, "close_time");
  for (std::size_t i = 0; i < kPriceColumns.size(); ++i) prices_[i] = history::column_index(kind, kPriceColumns[i]);
  volume_ = history::column_index(kind, "volume");
  trades_ = history::column_index(kind, "trades");
}

Result<Price> RowBars::price_at(const history::Row& row, std::size_t column) const {
  const history::TableColumn& of = kind_->columns[column];
  const Decimal price{.units = row.values[column], .scale = history::decimal_shape(of.type, row.form).scale};
  const int common = std::min<int>(scales_.price, price.scale);
  const std::int64_t one = power_of_ten(price.scale - common);
  const std::int64_t more = power_of_ten(scales_.price - common);
  if (const auto near = scaled_down(price.units, one, more); near && *near > 0 && *near % tick_ == 0) {
    return Price{*near};
  }
  const int128 units = price.units / one * more;
  if (price.units % one != 0 || units % tick_ != 0) {
    return wrong_bar(fmt::format("{} {} is not on the tick {}: set tick_size to what it was then", of.name,
                                 to_string(price), to_string(Decimal{.units = tick_, .scale = scales_.price})));
  }
  if (units <= 0 || units > std::numeric_limits<std::int64_t>::max()) {
    return wrong_bar(fmt::format("{} {} is no price", of.name, to_string(price)));
  }
  return Price{static_cast<std::int64_t>(units)};
}

Result<Quantity> RowBars::volume_of(const history::Row& row) const {
  const int scale = history::decimal_shape(kind_->columns[volume_].type, row.form).scale;
  const int128 volume = row.values[volume_];
  const int common = std::min<int>(scales_.quantity, scale);
  const std::int64_t one = power_of_ten(scale - common);
  const std::int64_t more = power_of_ten(scales_.quantity - common);
  if (const auto near = scaled_down(volume, one, more); near && *near >= 0) return Quantity{*near};
  const int128 units = volume / one * more;
  if (volume < 0 || units > std::numeric_limits<std::int64_t>::max()) {
    return wrong_bar(fmt::format("volume {} is none", to_string(Decimal{.units = volume, .scale = scale})));
  }
  return Quantity{units == 0 && volume > 0 ? 1 : static_cast<std::int64_t>(units)};
}

Result<Bar> RowBars::read(const history::Row& row) {
  Price prices[4];
  for (std::size_t i = 0; i < kPriceColumns.size(); ++i) {
    const Result<Price> price = price_at(row, prices_[i]);
    if (!price) return std::unexpected(price.error());
    prices[i] = *price;
  }
  const Result<Quantity> volume = volume_of(row);
  if (!volume) return std::unexpected(volume.error());
  const std::int64_t open_time = row.integer(open_time_);
  const bool has_end = interval_ > 0 || !row.is_null(close_time_);
  const std::int64_t close_time = interval_ > 0 ? open_time + interval_ : row.integer(close_time_) + 1;
  if (!has_end || close_time <= open_time) return wrong_bar("it does not say when it ends");
  if (open_time < kFirstFeedTime / kMicro || close_time > kLastFeedTime / kMicro) {
    return wrong_bar("its time is not between 1973 and 2200");
  }
  const Bar bar{.instrument = id_,
                .open_time = {open_time * kMicro},
                .close_time = {close_time * kMicro},
                .scales = scales_,
                .open = prices[0],
                .high = prices[1],
                .low = prices[2],
                .close = prices[3],
                .volume = *volume,
                .trades = row.is_null(trades_) ? -1 : row.integer(trades_)};
  if (Result<void> checked = check(bar); !checked) return std::unexpected(checked.error());
  if (has_last_ && interval_ > 0) {
    missing_ += static_cast<std::uint64_t>((bar.open_time - last_close_).count() / (interval_ * kMicro));
  }
  has_last_ = true;
  last_close_ = bar.close_time;
  return bar;
}

Result<void> RowBars::check(const Bar& bar) const {
  if (has_last_ && bar.open_time < last_close_) {
    return wrong_bar(
        fmt::format("it begins at {}, before the one before it ends ({}): put the files in order, and let "
                    "'acts import' take out what is told twice",
                    to_iso8601(bar.open_time), to_iso8601(last_close_)));
  }
  if (has_last_ && bar.open_time - last_close_ > kMostLeap) {
    return wrong_bar(
        fmt::format("it begins at {}, more than {} after the one before ended ({}), so that one of them is "
                    "wrong: take it out, or cut the data there",
                    to_iso8601(bar.open_time), to_string(kMostLeap), to_iso8601(last_close_)));
  }
  const bool is_inside = bar.low <= std::min(bar.open, bar.close) && bar.high >= std::max(bar.open, bar.close);
  return is_inside ? Result<void>() : wrong_bar("its open or close lies outside its low and high");
}

Result<std::unique_ptr<FileBars>> FileBars::open(const std::vector<std::string>& paths,
                                                 const history::SourceHints& hints,
                                                 const BacktestInstrument& instrument, InstrumentId id) {
  ACTS_ASSERT(!paths.empty());
  std::unique_ptr<FileBars> made(new FileBars);
  made->paths_ = paths;
  made->hints_ = hints;
  made->sets_.reserve(paths.size());
  for (const std::string& path : paths) {
    const Result<const history::SourceFormat*> format = history::format_of(path, hints);
    if (!format) return std::unexpected(format.error());
    Result<history::DataSet> set = candles_in(path, hints, **format);
    if (!set) return std::unexpected(set.error());
    const history::DataSet& first = made->sets_.empty() ? *set : made->sets_.front();
    if (set->interval != first.interval || set->kind != first.kind) {
      return fail(ErrorCode::kUsage, fmt::format("{}: candles of {}, and those before of {}: a run has one interval",
                                                 path, set->interval, first.interval));
    }
    made->sets_.push_back(*std::move(set));
  }
  const history::DataSet& set = made->sets_.front();
  made->bars_ = std::make_unique<RowBars>(*set.kind, std::max<std::int64_t>(history::interval_micros(set.interval), 0),
                                          instrument, id);
  if (Result<void> opened = made->open_file(0); !opened) return std::unexpected(opened.error());
  return made;
}

Result<void> FileBars::open_file(std::size_t i) {
  at_ = i;
  const Result<const history::SourceFormat*> format = history::format_of(paths_[i], hints_);
  if (!format) return std::unexpected(format.error());
  Result<std::unique_ptr<ByteSource>> bytes = (*format)->open(paths_[i]);
  if (!bytes) return std::unexpected(bytes.error());
  Result<std::unique_ptr<history::RowReader>> reader = (*format)->make_reader(*std::move(bytes), sets_[i], hints_);
  if (!reader) return std::unexpected(reader.error());
  reader_ = *std::move(reader);
  return {};
}

Result<bool> FileBars::next(Bar& bar) {
  history::Row row;
  for (;;) {
    const Result<history::RowReader::Got> got = reader_->next(row);
    if (!got) return fail(got.error().code, fmt::format("{}: {}", paths_[at_], got.error().message));
    if (*got == history::RowReader::Got::kBad) {
      return wrong_bar(fmt::format("{}: candle {}: {}", paths_[at_], reader_->place(), reader_->bad().reason));
    }
    if (*got == history::RowReader::Got::kRow) break;
    if (at_ + 1 == paths_.size()) return false;
    if (Result<void> opened = open_file(at_ + 1); !opened) return std::unexpected(opened.error());
  }
  Result<Bar> made = bars_->read(row);
  if (!made) return wrong_bar(fmt::format("{}: candle {}: {}", paths_[at_], reader_->place(), made.error().message));
  bar = *made;
  return true;
}

Result<bool> PeriodBars::next(Bar& bar) {
  for (;;) {
    const Result<bool> there = bars_->next(bar);
    if (!there || !*there) return there;
    if (to_ && bar.open_time >= *to_) return false;
    if (!from_ || bar.open_time >= *from_) return true;
    before_ = bars_->missing();
  }
}

}  // namespace acts::backtest
