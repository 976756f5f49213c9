Feature: Orders
  Background:
    Given the active customer «Jane» from London
    And the product «Emma» for 9.90

  Scenario: What was ordered is to be paid
    Given 3 active customers from Moscow
    When «Jane» orders 2 of «Emma»
    Then 19.80 are due
    And there are 3 active customers from Moscow

  Scenario: The orders of a customer
    Given 2 shipped orders of «Jane»
    And from 3 to 5 paid orders
    When «Jane» orders 1 of «Emma»
    Then there are 2 shipped orders of «Jane»
    And there is a placed order of «Jane»
