// Points by time, as many as a chart can show: neighbours share a place, which keeps the first, the last and, of each
// value, the lowest and the highest point. So what a chart shows has the exact extremes of what there was. Not
// thread-safe. Pure.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace acts::report {

template <std::size_t Values>
class Thinner {
 public:
  struct Point {
    double time = 0;                    // seconds since 1970 UTC
    std::array<double, Values> y = {};  // NaN: unknown
    std::uint64_t number = 0;           // from 0 on; set by add()
  };
  static constexpr std::size_t kPlaces = 1000;
  static constexpr std::size_t kMostPoints = kPlaces * (2 + 2 * Values);  // that points() gives

  void add(Point point) {
    point.number = count_++;
    if (!places_.empty() && in_last_ < a_place_) {
      join(places_.back(), place_of(point));
      ++in_last_;
      return;
    }
    if (places_.size() == kPlaces) halve();
    places_.push_back(place_of(point));
    in_last_ = 1;
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  // By time, each once.
  [[nodiscard]] std::vector<Point> points() const {
    std::vector<Point> all;
    all.reserve(places_.size() * (2 + 2 * Values));
    for (const Place& place : places_) {
      all.push_back(place.first);
      all.push_back(place.last);
      all.insert(all.end(), place.low.begin(), place.low.end());
      all.insert(all.end(), place.high.begin(), place.high.end());
    }
    std::ranges::sort(all, {}, &Point::number);
    const auto rest = std::ranges::unique(all, {}, &Point::number);
    all.erase(rest.begin(), rest.end());
    return all;
  }

 private:
  struct Place {
    Point first;
    Point last;
    std::array<Point, Values> low;
    std::array<Point, Values> high;
  };
  static Place place_of(const Point& point) {
    Place place{.first = point, .last = point, .low = {}, .high = {}};
    place.low.fill(point);
    place.high.fill(point);
    return place;
  }
  static void join(Place& place, const Place& next) {
    place.last = next.last;
    for (std::size_t i = 0; i < Values; ++i) {
      if (std::isnan(place.low[i].y[i]) || next.low[i].y[i] < place.low[i].y[i]) place.low[i] = next.low[i];
      if (std::isnan(place.high[i].y[i]) || next.high[i].y[i] > place.high[i].y[i]) place.high[i] = next.high[i];
    }
  }
  // Two neighbours become one; kPlaces is even, and all of them are full.
  void halve() {
    for (std::size_t i = 0; i < kPlaces / 2; ++i) {
      Place both = places_[2 * i];
      join(both, places_[2 * i + 1]);
      places_[i] = both;
    }
    places_.resize(kPlaces / 2);
    a_place_ *= 2;
  }

  std::vector<Place> places_;
  std::uint64_t count_ = 0;
  std::uint64_t a_place_ = 1;  // points that share one
  std::uint64_t in_last_ = 0;
};

}  // namespace acts::report
