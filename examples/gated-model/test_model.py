from recaudit.expect import expect


def test_women_and_men_get_lists_that_are_about_as_good(audit):
    expect(audit["quality/gender/ndcg@10-gap"]).within(0.1)
