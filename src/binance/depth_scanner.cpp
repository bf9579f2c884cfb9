#include "binance/depth_scanner.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "binance/scan_text.hpp"

namespace acts::binance {
namespace {

using scan::integer;
using scan::literal;
using scan::number;
using scan::Scale;
using scan::word;

constexpr std::size_t kFirstLevels = 256;  // room for as many to begin with

// ["price","quantity"]
bool level_of_any_form(const char*& p, Scales scales, Level& out, LevelForm& form) {
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  if (!literal(p, "[\"") || !number(p, Scale{scales.price}, price, form.price) || !literal(p, "\",\"") ||
      !number(p, Scale{scales.quantity}, quantity, form.quantity) || !literal(p, "\"]")) {
    return false;
  }
  out = {Price{price}, Quantity{quantity}};
  return true;
}

bool unusual(const char*& p, UsualForms& forms, Level& out) {
  if (const LevelReader* reader = forms.other(p)) {
    out = reader->read(p);
    p += reader->length();
    return true;
  }
  LevelForm form;
  if (!level_of_any_form(p, forms.scales(), out, form)) return false;
  forms.missed(form);
  return true;
}

}  // namespace

void UsualForms::set_scales(Scales scales) {
  if (scales != scales_) *this = {};
  scales_ = scales;
}

const LevelReader* UsualForms::other(const char* p) {
  for (std::size_t i = 0; i < kReaders; ++i) {
    const LevelReader& reader = readers_[i];
    if (i == usual_ || !reader.matches(p)) continue;
    if (p == other_end_) usual_ = i;
    other_end_ = p + reader.length() + 1;
    return &reader;
  }
  return nullptr;
}

void UsualForms::missed(const LevelForm& form) {
  if (form == last_missed_) {
    if (oldest_ == usual_) oldest_ = (oldest_ + 1) % kReaders;
    readers_[oldest_] = LevelReader{form, scales_};
    oldest_ = (oldest_ + 1) % kReaders;
  }
  last_missed_ = form;
}

bool DepthScanner::head(std::string_view text, ScannedDepth& out) {
  const char* p = text.data();
  combined_ = literal(p, "{\"stream\":\"");
  if (combined_ && (!word(p, out.stream) || !literal(p, ",\"data\":"))) return false;
  if (!literal(p, "{\"e\":\"depthUpdate\",\"E\":") || !integer(p, out.ts_event)) return false;
  std::int64_t engine_time = 0;
  if (literal(p, ",\"T\":") && !integer(p, engine_time)) return false;
  if (!literal(p, ",\"s\":\"") || !word(p, out.symbol) || !literal(p, ",\"U\":") || !integer(p, out.first_update_id) ||
      !literal(p, ",\"u\":") || !integer(p, out.last_update_id)) {
    return false;
  }
  out.has_previous = literal(p, ",\"pu\":");
  if (out.has_previous && !integer(p, out.previous_last_update_id)) return false;
  snapshot_ = false;
  return literal(p, ",\"b\":[") && end_head(text, p);
}

bool DepthScanner::snapshot_head(std::string_view text, ScannedDepth& out) {
  const char* p = text.data();
  if (!literal(p, "{\"lastUpdateId\":") || !integer(p, out.last_update_id)) return false;
  std::int64_t engine_time = 0;
  if (literal(p, ",\"E\":") && (!integer(p, out.ts_event) || !literal(p, ",\"T\":") || !integer(p, engine_time))) {
    return false;
  }
  combined_ = false;
  snapshot_ = true;
  return literal(p, ",\"bids\":[") && end_head(text, p);
}

bool DepthScanner::end_head(std::string_view text, const char* p) {
  head_size_ = static_cast<std::size_t>(p - text.data());
  return head_size_ < text.size();
}

bool DepthScanner::levels(std::string_view message, Scales scales, UsualForms& forms, LevelList& bids,
                          LevelList& asks) {
  at_ = message.data() + head_size_;
  end_ = message.data() + message.size();
  tail_begin_ = message.size() - head_size_ > kTail ? end_ - kTail : at_ - 1;
  forms.set_scales(scales);
  if (!side(forms, bids)) return false;
  at_ = within_reach(at_);
  if (!(snapshot_ ? literal(at_, ",\"asks\":[") : literal(at_, ",\"a\":[")) || !side(forms, asks)) return false;
  return end();
}

// What follows the levels, to the last byte.
bool DepthScanner::end() {
  if (tail_begin_ != end_ && at_ <= tail_begin_) return false;  // too much is left
  const char* p = within_reach(at_);
  if (snapshot_) return literal(p, "}") && p == end_;
  // Since 2026-06-30 USD-M adds the pair and the segment (1 = USD-M, 2 = COIN-M).
  std::string_view pair;
  std::int64_t segment = 0;
  if (literal(p, ",\"ps\":\"") && (!word(p, pair) || !literal(p, ",\"st\":") || !integer(p, segment))) return false;
  return (combined_ ? literal(p, "}}") : literal(p, "}")) && p == end_;
}

// Returns where `p` is from then on. The head is before it, so there is enough to take along.
const char* DepthScanner::enter_tail(const char* p) {
  const char* const from = p - LevelReader::kBefore;
  const auto size = static_cast<std::size_t>(end_ - from);
  std::memcpy(tail_.data(), from, size);
  std::memset(tail_.data() + size, 0, tail_.size() - size);
  end_ = tail_begin_ = tail_.data() + size;
  return tail_.data() + LevelReader::kBefore;
}

// [["price","quantity"],...]. From where the tail has not begun nothing is read that is not there.
bool DepthScanner::side(UsualForms& forms, LevelList& out) {
  const char* p = within_reach(at_);
  out.size_ = 0;
  if (*p == ']') {
    at_ = p + 1;
    return true;
  }
  const LevelReader* usual = &forms.reader();
  Level* levels = out.memory_.data();
  std::size_t room = out.memory_.size();
  std::size_t count = 0;
  while (true) {
    p = within_reach(p);
    if (count == room) [[unlikely]] {
      room = std::max(kFirstLevels, 2 * count);
      out.memory_.resize(room);
      levels = out.memory_.data();
    }
    Level& level = levels[count++];
    if (usual->matches(p)) [[likely]] {
      level = usual->read(p);
      p += usual->length();
    } else {
      if (!unusual(p, forms, level)) return false;
      usual = &forms.reader();
    }
    if (level.price.units() == 0) return false;
    if (*p == ',') [[likely]] {
      ++p;
    } else if (*p == ']') {
      break;
    } else {
      return false;
    }
  }
  at_ = p + 1;
  out.size_ = count;
  return true;
}

}  // namespace acts::binance
